public import Bytes

/// Converts UTF-16, as written by PowerShell's `>`, to UTF-8. Invalid units become U+FFFD.
public struct UTF16Decoder: TextConverter, Sendable {
    private let order: ByteOrder
    /// The first byte of a unit that is split between pieces.
    private var half: UInt8?
    /// A lead surrogate without its trail so far.
    private var lead: UInt16?

    /// A decoder of units in this order.
    public init(_ order: ByteOrder) { self.order = order }

    /// Converts a piece of UTF-16.
    public mutating func convert(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        output.reserveCapacity(output.count + input.count)
        for byte in input {
            guard let first = half else {
                half = byte
                continue
            }
            half = nil
            let unit = order == .little ? UInt16(byte) << 8 | UInt16(first) : UInt16(first) << 8 | UInt16(byte)
            if unit < 0x80, lead == nil { output.append(UInt8(unit)) } else { take(unit, into: &output) }
        }
    }

    /// Ends the text; an incomplete character becomes U+FFFD.
    public mutating func finish(into output: inout [UInt8]) {
        if half != nil || lead != nil { output.append(Unicode.Scalar.replacement) }
    }

    private mutating func take(_ unit: UInt16, into output: inout [UInt8]) {
        if let lead {
            self.lead = nil
            if UTF16.isTrailSurrogate(unit) {
                let value = 0x10000 + (UInt32(lead) - 0xD800) << 10 + (UInt32(unit) - 0xDC00)
                output.append(Unicode.Scalar(value) ?? .replacement)
                return
            }
            output.append(Unicode.Scalar.replacement)
        }
        if UTF16.isLeadSurrogate(unit) {
            lead = unit
        } else {
            output.append(Unicode.Scalar(unit) ?? .replacement)
        }
    }
}

extension Unicode.Scalar {
    fileprivate static let replacement: Unicode.Scalar = "\u{FFFD}"
}

extension [UInt8] {
    fileprivate mutating func append(_ scalar: Unicode.Scalar) { append(contentsOf: scalar.utf8) }
}
