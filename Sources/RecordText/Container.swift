import Bytes

/// The kind of a file, detected from its first bytes, not its name.
public enum Container: Sendable {
    /// Recorded lines, or any unknown format.
    case text
    /// An archive or a compressed file.
    case archive
    /// A log of Windows' event log service.
    case eventLog

    /// Number of bytes needed for the detection, if the file has as many.
    public static let headBytes = 512

    /// Detects the kind of a file that starts with `head`.
    public init(head: [UInt8]) {
        if head.starts(with: "ElfFile\0".utf8) {
            self = .eventLog
        } else if Container.signatures.contains(where: { head.dropFirst($0.offset).starts(with: $0.bytes) }) {
            self = .archive
        } else {
            self = .text
        }
    }

    /// Whether `head` is long enough for the detection. A newline is enough, because no signature contains one; so lines that
    /// arrive one by one from a pipe are not delayed.
    public static func isClear(_ head: [UInt8]) -> Bool { head.count >= headBytes || head.contains(.newline) }

    private static let signatures: [(bytes: [UInt8], offset: Int)] = [
        (Array("PK\u{3}\u{4}".utf8), 0),  // zip
        (Array("PK\u{5}\u{6}".utf8), 0),  // zip without members
        (Array("ustar".utf8), 257),  // tar
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], 0),  // 7-Zip
        ([0x1F, 0x8B], 0),  // gzip
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], 0),  // xz
        ([0x28, 0xB5, 0x2F, 0xFD], 0),  // zstd
        ([0x04, 0x22, 0x4D, 0x18], 0),  // lz4
        (Array("BZh".utf8), 0),  // bzip2
    ]
}
