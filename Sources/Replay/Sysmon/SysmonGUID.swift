import Bytes
import Messages

/// A ProcessGuid that is not all zero: `{mmmmmmmm-LLLL-HHHH-xxxx-xxxxxxxxxxxx}`.
struct SysmonGUID: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// The second at which the process was created, `HHHH << 16 | LLLL` since 1970.
    var creationTime: FileTime {
        let (lower, upper) = (UInt32(high >> 16 & 0xFFFF), UInt32(high & 0xFFFF))
        return FileTime(unixSecond: upper << 16 | lower)
    }

    /// The result of reading a GUID, with or without braces, in either case.
    enum Reading {
        case guid(SysmonGUID)
        /// All zero.
        case zero
        case invalid
    }

    /// Reads the text of a GUID.
    static func read(_ text: UnsafeBufferPointer<UInt8>) -> Reading {
        var digits = text[...]
        if digits.first == UInt8(ascii: "{"), digits.last == UInt8(ascii: "}"), digits.count == 38 {
            digits = digits.dropFirst().dropLast()
        }
        guard digits.count == 36 else { return .invalid }
        let first = digits.startIndex
        for place in [8, 13, 18, 23] where digits[first + place] != UInt8(ascii: "-") { return .invalid }
        var (high, low): (UInt64, UInt64) = (0, 0)
        guard high.take(digits[first..<first + 8]), high.take(digits[first + 9..<first + 13]),
            high.take(digits[first + 14..<first + 18]), low.take(digits[first + 19..<first + 23]),
            low.take(digits[first + 24..<first + 36])
        else { return .invalid }
        return high == 0 && low == 0 ? .zero : .guid(SysmonGUID(high: high, low: low))
    }
}

extension UInt64 {
    /// Appends hex digits; false if a byte is not one.
    fileprivate mutating func take(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        for byte in digits {
            guard let digit = byte.hexValue else { return false }
            self = self << 4 | UInt64(digit)
        }
        return true
    }
}
