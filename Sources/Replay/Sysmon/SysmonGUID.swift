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

    /// What the text of a GUID, with or without braces, in either case, stands for.
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
        var (high, low): (UInt64, UInt64) = (0, 0)
        for (place, byte) in digits.enumerated() {
            if place == 8 || place == 13 || place == 18 || place == 23 {
                guard byte == UInt8(ascii: "-") else { return .invalid }
                continue
            }
            guard let digit = byte.hexDigit else { return .invalid }
            if place < 18 { high = high << 4 | digit } else { low = low << 4 | digit }
        }
        return high == 0 && low == 0 ? .zero : .guid(SysmonGUID(high: high, low: low))
    }
}

extension UInt8 {
    fileprivate var hexDigit: UInt64? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(self - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(self - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(self - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
