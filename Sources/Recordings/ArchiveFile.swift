import CArchive
import Glibc

/// An archive or a compressed file, opened with libarchive: one member after the other.
final class ArchiveFile {
    private let handle: OpaquePointer
    private let file: FileRange

    /// Opens `file` from its beginning, and uses its descriptor's offset: only one at a time may read it.
    init(_ file: FileRange) throws(RecordingFault) {
        guard let handle = archive_read_new() else { throw RecordingFault(file.name, "no memory to read an archive") }
        self.handle = handle
        self.file = file
        // Not all that there are: some filters run programs of that name.
        for support in [
            archive_read_support_filter_gzip, archive_read_support_filter_bzip2, archive_read_support_filter_xz,
            archive_read_support_filter_zstd, archive_read_support_filter_lz4, archive_read_support_format_zip,
            archive_read_support_format_tar, archive_read_support_format_7zip, archive_read_support_format_raw,
            archive_read_support_format_empty,
        ] {
            // A warning says that libarchive was built without that library; a file in need of it is then a fault.
            guard support(handle) >= ARCHIVE_WARN else { throw fault(file.name) }
        }
        guard lseek(file.file.number, off_t(file.bounds.lowerBound), SEEK_SET) >= 0 else {
            throw RecordingFault(file.name, "cannot be read", errno: errno)
        }
        guard archive_read_open_fd(handle, file.file.number, 1 << 18) == ARCHIVE_OK else { throw fault(file.name) }
    }

    deinit { archive_read_free(handle) }

    /// How much of the file, as it lies there, was read.
    var position: UInt64 { UInt64(max(0, archive_filter_bytes(handle, -1))) }

    /// Whether there is nothing in the file, once it is decompressed.
    var isEmpty: Bool { archive_format(handle) == ARCHIVE_FORMAT_EMPTY }

    /// The next regular file in it that is no leaving of macOS; nil behind the last one.
    func nextMember() throws(RecordingFault) -> ArchiveMember? {
        while true {
            var entry: OpaquePointer?
            switch archive_read_next_header(handle, &entry) {
            case ARCHIVE_OK, ARCHIVE_WARN: break
            case ARCHIVE_RETRY: continue
            case ARCHIVE_EOF: return nil
            default: throw fault(file.name)
            }
            guard let entry else { return nil }
            if archive_format(handle) == ARCHIVE_FORMAT_RAW { return .onlyOne(of: file.name) }
            let member = ArchiveMember(entry, in: file.name)
            if archive_entry_filetype(entry) == S_IFREG, !member.isAppleDouble { return member }
        }
    }

    /// The next bytes of the member, valid until the next call; nil behind the last ones.
    func nextBytes(of member: ArchiveMember) throws(RecordingFault) -> UnsafeRawBufferPointer? {
        while true {
            var bytes: UnsafeRawPointer?
            var (count, offset) = (0, Int64(0))
            switch archive_read_data_block(handle, &bytes, &count, &offset) {
            case ARCHIVE_OK: if count > 0 { return UnsafeRawBufferPointer(start: bytes, count: count) }
            case ARCHIVE_RETRY: continue
            case ARCHIVE_EOF:
                try checkEnd()
                return nil
            // A warning is a wrong checksum or length.
            default: throw fault(member.name)
            }
        }
    }

    /// Refuses a compressed file with something behind what was compressed, such as a second stream whose beginning is damaged:
    /// libarchive passes over that, and its events would be missing without a word. Zeros pad files on tapes.
    private func checkEnd() throws(RecordingFault) {
        guard archive_format(handle) == ARCHIVE_FORMAT_RAW else { return }
        let end = file.bounds.lowerBound + Int(clamping: position)
        var rest = FileRange(
            file: file.file, name: file.name, bounds: min(end, file.bounds.upperBound)..<file.bounds.upperBound)
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
        defer { piece.deallocate() }
        while !rest.bounds.isEmpty {
            let count = rest.file.read(into: piece, at: rest.bounds.lowerBound)
            if count < 0 { throw RecordingFault(file.name, "cannot be read", errno: errno) }
            if count == 0 { return }
            if piece[..<count].contains(where: { $0 != 0 }) {
                throw RecordingFault(
                    file.name,
                    "is damaged: \(file.bounds.upperBound - end) bytes behind its compressed data are not read")
            }
            rest.bounds = rest.bounds.dropFirst(count)
        }
    }

    private func fault(_ name: String) -> RecordingFault {
        let words = archive_error_string(handle).map { String(cString: $0) } ?? "no reason is known"
        return RecordingFault(name, "is damaged or cut short: \(words)")
    }
}
