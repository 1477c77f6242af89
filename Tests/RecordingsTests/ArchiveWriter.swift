import CArchive
import Glibc
import Testing

/// Writes archives, with libarchive.
final class ArchiveWriter {
    enum Format { case zip, tar, sevenZip, raw }
    enum Filter { case none, gzip, bzip2, xz, zstd, lz4 }

    private let handle: OpaquePointer

    /// Creates an archive at `path`; with `isEncrypted` it is a zip.
    init(_ path: String, _ format: Format, _ filter: Filter = .none, isEncrypted: Bool = false) throws {
        handle = try #require(archive_write_new())
        let formatted =
            switch format {
            case .zip: archive_write_set_format_zip(handle)
            case .tar: archive_write_set_format_pax_restricted(handle)
            case .sevenZip: archive_write_set_format_7zip(handle)
            case .raw: archive_write_set_format_raw(handle)
            }
        let filtered =
            switch filter {
            case .none: archive_write_add_filter_none(handle)
            case .gzip: archive_write_add_filter_gzip(handle)
            case .bzip2: archive_write_add_filter_bzip2(handle)
            case .xz: archive_write_add_filter_xz(handle)
            case .zstd: archive_write_add_filter_zstd(handle)
            case .lz4: archive_write_add_filter_lz4(handle)
            }
        try #require(formatted == ARCHIVE_OK && filtered == ARCHIVE_OK)
        if isEncrypted {
            try #require(archive_write_set_options(handle, "zip:encryption=zipcrypt") == ARCHIVE_OK)
            try #require(archive_write_set_passphrase(handle, "infected") == ARCHIVE_OK)
        }
        try #require(archive_write_open_filename(handle, path) == ARCHIVE_OK)
    }

    deinit { archive_write_free(handle) }

    /// Adds a member.
    func add(_ name: String, _ content: some Sequence<UInt8>) throws {
        let bytes = Array(content)
        try header(name, S_IFREG, bytes.count)
        #expect(archive_write_data(handle, bytes, bytes.count) == bytes.count)
    }

    func add(_ name: String, _ text: String) throws { try add(name, text.utf8) }

    func addFolder(_ name: String) throws { try header(name, S_IFDIR, 0) }

    func close() { #expect(archive_write_close(handle) == ARCHIVE_OK) }

    private func header(_ name: String, _ type: mode_t, _ size: Int) throws {
        let entry = try #require(archive_entry_new())
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, name)
        archive_entry_set_filetype(entry, UInt32(type))
        archive_entry_set_perm(entry, 0o644)
        archive_entry_set_size(entry, Int64(size))
        try #require(archive_write_header(handle, entry) == ARCHIVE_OK)
    }
}
