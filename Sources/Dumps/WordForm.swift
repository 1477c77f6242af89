import Bytes

/// How the words of a dump are written. The words of a line, and usually of a dump, are all alike.
///
/// Dumps write words with leading zeros: the number of digits says how many bytes a word has and what its digits are.
struct WordForm: Hashable {
    let digits: Int
    /// Number of bytes.
    let size: Int
    let radix: UInt64
    /// Whether `0x` is in front.
    let hasPrefix: Bool
    /// Whether a backtick separates the halves, as WinDbg writes 64 bits.
    let hasTick: Bool

    /// Whether it is written as a number, so that its last digits are its first byte.
    var isNumber: Bool { size > 1 && (hasPrefix || hasTick) }

    /// A byte as two hex digits.
    static let byte = WordForm(digits: 2, size: 1, radix: 16, hasPrefix: false, hasTick: false)

    /// The bytes of words in memory: `written`, which are in the order of the digits, if that is `order`. The last word may
    /// have fewer bytes than the others.
    func arrange(_ written: [UInt8], _ order: ByteOrder) -> [UInt8] {
        guard order == .little, size > 1 else { return written }
        return stride(from: 0, to: written.count, by: size).flatMap {
            written[$0..<min($0 + size, written.count)].reversed()
        }
    }
}

extension WordForm {
    /// Nil if no dump has words of this many digits.
    init?(digits: Int, hasPrefix: Bool = false, hasTick: Bool = false) {
        let (size, radix): (Int, UInt64)
        switch digits {
        case 2: (size, radix) = (1, 16)
        case 4: (size, radix) = (2, 16)
        case 8: (size, radix) = (4, 16)
        case 16: (size, radix) = (8, 16)
        // od and hexdump -b, -o: octal. hexdump -d: decimal.
        case 3 where !hasPrefix: (size, radix) = (1, 8)
        case 6 where !hasPrefix: (size, radix) = (2, 8)
        case 11 where !hasPrefix: (size, radix) = (4, 8)
        case 22 where !hasPrefix: (size, radix) = (8, 8)
        case 5 where !hasPrefix: (size, radix) = (2, 10)
        default: return nil
        }
        self.init(digits: digits, size: size, radix: radix, hasPrefix: hasPrefix, hasTick: hasTick)
    }
}
