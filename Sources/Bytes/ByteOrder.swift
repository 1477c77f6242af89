/// The order in which the bytes of a word are in memory or in a file.
public enum ByteOrder: String, CaseIterable, Sendable {
    /// The least significant byte comes first, as on x86.
    case little
    /// The most significant byte comes first.
    case big
}

extension ByteOrder {
    /// The order of the units behind a byte order mark of UTF-16; nil if `bytes` do not begin with one.
    public init?(mark bytes: some Collection<UInt8>) {
        if bytes.starts(with: [0xFF, 0xFE]) {
            self = .little
        } else if bytes.starts(with: [0xFE, 0xFF]) {
            self = .big
        } else {
            return nil
        }
    }
}
