import Bytes
import CSimdJSON
import Glibc

extension JSONValue {
    /// A string of at most `maxUTF16` UTF-16 units without NUL.
    public func string(maxUTF16: Int = 32_766) -> String? {
        let node = node
        guard node.kind == .string else {
            fault("must be a \(words.string), not \(shown)")
            return nil
        }
        guard !node.nul else {
            fault("contains a NUL")
            return nil
        }
        guard node.textBytes.hasAtMost(utf16: maxUTF16) else {
            fault("has more than \(maxUTF16) UTF-16 units")
            return nil
        }
        return node.textBytes.string
    }

    /// At most `maxCount` bytes in base64 (RFC 4648, section 4), with padding.
    public func base64(maxCount: Int) -> [UInt8]? {
        guard let text = string(maxUTF16: .max) else { return nil }
        guard let bytes = Base64.decode(text) else {
            fault("is not base64 with padding")
            return nil
        }
        guard bytes.count <= maxCount else {
            fault("has \(bytes.count) bytes, at most \(maxCount) are allowed")
            return nil
        }
        return bytes
    }

    /// A string that is the raw value of one of the cases of `Choice`.
    public func choice<Choice>(of type: Choice.Type = Choice.self) -> Choice?
    where Choice: RawRepresentable<String> & CaseIterable {
        if node.kind == .string, let choice = Choice(rawValue: node.textBytes.string) { return choice }
        faultChoice(among: Choice.allCases.map(\.rawValue))
        return nil
    }

    /// One of `names`.
    public func choice(of names: [String]) -> String? {
        if node.kind == .string {
            let name = node.textBytes.string
            if names.contains(name) { return name }
        }
        faultChoice(among: names)
        return nil
    }

    private func faultChoice(among names: [String]) {
        let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
        fault { isHinted in
            let fault = "must be one of \(list), not \(quoted)"
            guard isHinted, let nearest = nearest(among: names) else { return fault }
            document.recordCorrection(at: index, .value, nearest)
            return "\(fault); did you mean \"\(nearest)\"?"
        }
    }

    /// `true` or `false`.
    public func bool() -> Bool? {
        switch node.kind {
        case .true: return true
        case .false: return false
        default:
            fault("must be true or false, not \(shown)")
            return nil
        }
    }

    /// An integer in `range`; 454.0 and 4.54e2 are integers too.
    public func integer(in range: ClosedRange<Int64>) -> Int64? {
        if let value = integer(as: Int64.self), range.contains(value) { return value }
        fault("must be an integer from \(range.lowerBound) to \(range.upperBound), not \(shown)")
        return nil
    }

    /// The integer written here; nil, without a fault, for one that does not fit and for anything else.
    public func integer<Integer: FixedWidthInteger>(as type: Integer.Type) -> Integer? {
        guard let (magnitude, isNegative) = node.integer else { return nil }
        return isNegative ? Integer(exactly: -Int128(magnitude)) : Integer(exactly: magnitude)
    }

    /// An integer in `range`; 454.0 and 4.54e2 are integers too, and -0 is 0.
    public func unsigned(in range: ClosedRange<UInt64>) -> UInt64? {
        if let (magnitude, isNegative) = node.integer, !isNegative, range.contains(magnitude) { return magnitude }
        fault("must be an integer from \(range.lowerBound) to \(range.upperBound), not \(shown)")
        return nil
    }

    /// A string of `0x` and 1 to 16 hex digits in either case, or an integer; at most `max`.
    public func hexOrUnsigned(max: UInt64 = .max) -> UInt64? {
        if let value = hexNumber(max: max) { return value }
        fault("must be an integer or a hex \(words.string) such as \"0x1f\", at most \(max.hex()), not \(quoted)")
        return nil
    }

    /// The number of `hexOrUnsigned`; nil, without a fault, for anything else.
    public func hexNumber(max: UInt64 = .max) -> UInt64? {
        let node = node
        let value: UInt64?
        if node.kind == .string {
            value = node.textBytes.hexNumber
        } else if let (magnitude, isNegative) = node.integer, !isNegative {
            value = magnitude
        } else {
            value = nil
        }
        return value.flatMap { $0 <= max ? $0 : nil }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the UTF-8 text has at most `limit` UTF-16 units.
    func hasAtMost(utf16 limit: Int) -> Bool {
        if count <= limit { return true }
        // A unit takes at most three bytes.
        if count / 3 > limit { return false }
        var units = 0
        for byte in self where byte & 0xC0 != 0x80 {
            units += byte >= 0xF0 ? 2 : 1
        }
        return units <= limit
    }

    /// Negative, zero or positive, by the order of bytes: "é" in two spellings is two different texts.
    func compared(to other: Self) -> Int {
        guard let left = baseAddress, let right = other.baseAddress else { return count - other.count }
        let order = memcmp(left, right, Swift.min(count, other.count))
        return order != 0 ? Int(order) : count - other.count
    }
}
