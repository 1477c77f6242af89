import Bytes
import CArchive
import Glibc
import RecordText

/// An archive or a compressed file, read with libarchive one member at a time.
final class ArchiveFile {
    private let handle: OpaquePointer
    private let file: FileRange
    /// Thrown with the first member: a part of the file may be readable.
    private var faultOfOpening: RecordingFault?
    /// What the end of a gzip file should say of its content, as far as it was read.
    private var checksum = GzipChecksum()

    /// Whether the checksum of a compressed tar is left to another reading.
    private let isSurvey: Bool

    /// Opens `file` at its start. Uses the descriptor's offset, so only one instance at a time may read the file.
    init(_ file: FileRange, isSurvey: Bool) throws(RecordingFault) {
        guard let handle = archive_read_new() else { throw RecordingFault(file.name, "out of memory") }
        self.handle = handle
        self.file = file
        self.isSurvey = isSurvey
        // Not all filters: some run external programs.
        for support in [
            archive_read_support_filter_gzip, archive_read_support_filter_bzip2, archive_read_support_filter_xz,
            archive_read_support_filter_zstd, archive_read_support_filter_lz4, archive_read_support_format_zip,
            archive_read_support_format_tar, archive_read_support_format_7zip, archive_read_support_format_raw,
            archive_read_support_format_empty,
        ] {
            // A warning means that libarchive was built without the library; a file that needs it is then a fault.
            guard support(handle) >= ARCHIVE_WARN else { throw fault(file.name) }
        }
        // One tar behind another is part of the file, too.
        archive_read_set_format_option(handle, "tar", "read_concatenated_archives", "1")
        guard lseek(file.file.number, off_t(file.bounds.lowerBound), SEEK_SET) >= 0 else {
            throw RecordingFault(file.name, "cannot be read", errno: errno)
        }
        if archive_read_open_fd(handle, file.file.number, 1 << 18) != ARCHIVE_OK { faultOfOpening = fault(file.name) }
    }

    deinit { archive_read_free(handle) }

    /// Bytes of the compressed file read so far.
    var position: UInt64 { UInt64(max(0, archive_filter_bytes(handle, -1))) }

    /// Whether the decompressed file is empty.
    var isEmpty: Bool { archive_format(handle) == ARCHIVE_FORMAT_EMPTY }

    /// Whether the file is neither an archive nor compressed, so that its only member is the file itself. Known once the first
    /// member was read.
    var isUnrecognized: Bool {
        archive_format(handle) == ARCHIVE_FORMAT_RAW && archive_filter_code(handle, 0) == ARCHIVE_FILTER_NONE
    }

    /// The content of a gzip file behind its first `count` bytes, as far as it can be unpacked, and then `fault`; nil for other
    /// files.
    func tail(from count: Int, upTo fault: RecordingFault) -> GzipTail? {
        let isTar = count > 0 && archive_format(handle) != ARCHIVE_FORMAT_RAW
        return isTar || !isGzip ? nil : GzipTail(file, skipping: count, upTo: fault)
    }

    /// The content of a gzip file that is too damaged for `nextMember`, as far as it can be unpacked, and then `fault`; nil if it is
    /// not a text.
    func remains(upTo fault: RecordingFault) -> RawPart? {
        guard let tail = tail(from: 0, upTo: fault) else { return nil }
        let bytes = PeekableStream(tail)
        bytes.peek { $0.count >= Container.headBytes }
        guard !bytes.head.isEmpty, case .text = Container(head: bytes.head) else { return nil }
        return RawPart(name: file.name, bytes: bytes)
    }

    private lazy var isGzip: Bool = {
        var magic: (UInt8, UInt8) = (0, 0)
        let count = withUnsafeMutableBytes(of: &magic) { file.file.read(into: $0, at: file.bounds.lowerBound) }
        return count == 2 && magic == (0x1F, 0x8B)
    }()

    /// The next regular file that is not an AppleDouble file of macOS; nil at the end.
    func nextMember() throws(RecordingFault) -> ArchiveMember? {
        if let faultOfOpening { throw faultOfOpening }
        while true {
            var entry: OpaquePointer?
            switch archive_read_next_header(handle, &entry) {
            case ARCHIVE_OK, ARCHIVE_WARN: break
            case ARCHIVE_RETRY: continue
            case ARCHIVE_EOF:
                // Of a tar, only its members were seen.
                if isGzip, !isSurvey, archive_format(handle) != ARCHIVE_FORMAT_RAW { try checkGzip(file) }
                return nil
            default: throw fault(file.name)
            }
            guard let entry else { return nil }
            if archive_format(handle) == ARCHIVE_FORMAT_RAW { return .onlyOne(of: file.name) }
            let member = ArchiveMember(entry, in: file.name)
            if archive_entry_filetype(entry) == S_IFREG, !member.isAppleDouble { return member }
        }
    }

    /// The next bytes of the member, valid until the next call; nil at the end.
    func nextBytes(of member: ArchiveMember) throws(RecordingFault) -> UnsafeRawBufferPointer? {
        while true {
            var bytes: UnsafeRawPointer?
            var (count, offset) = (0, Int64(0))
            switch archive_read_data_block(handle, &bytes, &count, &offset) {
            case ARCHIVE_OK:
                guard count > 0 else { continue }
                let content = UnsafeRawBufferPointer(start: bytes, count: count)
                if isGzip { checksum.add(content) }
                return content
            case ARCHIVE_RETRY: continue
            case ARCHIVE_EOF:
                try checkEnd()
                return nil
            // A warning means a wrong checksum or length.
            default: throw fault(member.name)
            }
        }
    }

    /// Refuses a compressed file with trailing bytes, such as a second stream with a damaged header: libarchive silently skips
    /// it, and its events would be missing. Zeros are allowed, because they pad files on tapes.
    private func checkEnd() throws(RecordingFault) {
        guard archive_format(handle) == ARCHIVE_FORMAT_RAW else { return }
        let end = file.bounds.lowerBound + Int(clamping: position)
        if isGzip {
            var packed = file
            packed.bounds = file.bounds.lowerBound..<min(end, file.bounds.upperBound)
            // Of several streams, the last one has a checksum of its own content only.
            if !checksum.isAtEnd(of: packed) { try checkGzip(packed) }
        }
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
                    "is damaged: \((file.bounds.upperBound - end).counted("byte")) after the compressed data cannot be read"
                )
            }
            rest.bounds = rest.bounds.dropFirst(count)
        }
    }

    /// Refuses a gzip file with a wrong checksum, which libarchive does not look at.
    private func checkGzip(_ packed: FileRange) throws(RecordingFault) {
        if GzipTail.isSound(packed) { return }
        throw RecordingFault(file.name, "is damaged: its content has changed, according to its checksum")
    }

    private func fault(_ name: String) -> RecordingFault {
        let words = archive_error_string(handle).map { String(cString: $0) } ?? "unknown error"
        return RecordingFault(name, "is damaged or truncated: \(words)")
    }
}
