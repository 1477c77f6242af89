import Bytes
import CSimdJSON
import Glibc

extension csj_node {
    /// The value of a string, or the digits of a number; UTF-8, without escapes.
    var textBytes: UnsafeBufferPointer<UInt8> { .init(start: text, count: Int(length)) }

    /// The member's name; empty for elements and the root.
    var nameBytes: UnsafeBufferPointer<UInt8> { .init(start: name, count: Int(name_length)) }

    /// Whether the member is named `other`, byte for byte.
    func isNamed(_ other: StaticString) -> Bool {
        Int(name_length) == other.utf8CodeUnitCount && nameBytes.isEqual(to: other.bytes)
    }

    /// A 64-bit integer and its sign, or nil; 454.0 and 4.54e2 are integers too, as in JSON Schema.
    var integer: (magnitude: UInt64, isNegative: Bool)? {
        switch kind {
        case .integer: wide ? nil : (magnitude, negative && magnitude != 0)
        case .number:
            textBytes.integralNumber.map { ($0, textBytes.first == UInt8(ascii: "-") && $0 != 0) }
        case .object, .array, .string, .true, .false, .null: nil
        }
    }
}

extension StaticString {
    /// Its UTF-8.
    var bytes: UnsafeBufferPointer<UInt8> { .init(start: utf8Start, count: utf8CodeUnitCount) }
}

extension Nodes {
    /// Indices of the children of the container at `parent`.
    func children(of parent: Int) -> Children {
        Children(nodes: self, upcoming: parent + 1, end: Int(self[parent].next))
    }

    /// Iterates over siblings without descending into them.
    struct Children: Sequence, IteratorProtocol {
        let nodes: Nodes
        var upcoming: Int
        let end: Int

        mutating func next() -> Int? {
            guard upcoming < end else { return nil }
            defer { upcoming = Int(nodes[upcoming].next) }
            return upcoming
        }
    }
}

extension Collection<UInt8> {
    /// The bytes as a string; the parser has checked the UTF-8.
    var string: String { String(decoding: self, as: UTF8.self) }
}

extension UnsafeBufferPointer<UInt8> {
    /// `0x` and 1 to 16 hex digits in either case.
    var hexNumber: UInt64? {
        guard count >= 3, count <= 18, self[0] == UInt8(ascii: "0"), self[1] == UInt8(ascii: "x") else { return nil }
        return UInt64(hexDigits: self[2...])
    }

    /// The absolute value of a JSON number with a fraction or an exponent; nil if it is not a 64-bit integer. Nothing
    /// is rounded.
    var integralNumber: UInt64? {
        let mantissa = prefix { $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") }
        let digits = mantissa.filter(\.isDigit)
        guard let last = digits.lastIndex(where: { $0 != UInt8(ascii: "0") }) else { return 0 }
        let exponent = suffix(from: mantissa.endIndex).dropFirst()
        guard let power = exponent.isEmpty ? 0 : Int(exponent.string), power.magnitude < 1 << 40 else { return nil }
        // The power of ten of the last digit that is not 0.
        let whole = mantissa.prefix { $0 != UInt8(ascii: ".") }.filter(\.isDigit)
        let scale = power + whole.count - 1 - last
        guard (0..<20).contains(scale) else { return nil }
        return (digits[...last] + repeatElement(UInt8(ascii: "0"), count: scale))
            .withUnsafeBufferPointer { $0.decimalNumber }
    }

    /// Whether the bytes equal those of `other`.
    public func isEqual(to other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard let own = baseAddress, let others = other.baseAddress else { return true }
        return memcmp(own, others, count) == 0
    }

    /// Decimal digits without a sign, up to UInt64.max.
    var decimalNumber: UInt64? {
        guard !isEmpty else { return nil }
        var number: UInt64 = 0
        for byte in self {
            guard byte.isDigit else { return nil }
            let (shifted, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            number = sum
        }
        return number
    }
}
