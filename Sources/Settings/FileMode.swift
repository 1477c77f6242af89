/// The permission bits of a file.
public struct FileMode: Hashable, Sendable {
    /// 0...0o777.
    public let bits: UInt32

    /// These bits, up to 0o777.
    init(bits: UInt32) { self.bits = bits }

    /// Reads four octal digits, 0000 to 0777.
    init?(_ text: String) {
        guard text.utf8.count == 4, text.utf8.allSatisfy({ (0x30...0x37).contains($0) }),
            let bits = UInt32(text, radix: 8), bits <= 0o777
        else { return nil }
        self.bits = bits
    }
}

extension FileMode: CustomStringConvertible {
    /// The mode as it is read.
    public var description: String {
        let digits = String(bits, radix: 8)
        return String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}
