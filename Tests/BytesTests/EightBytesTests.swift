import Bytes
import Testing

/// Eight bytes at once give the same results as one after the other.
@Suite struct EightBytesTests {
    /// Whether the bytes have one that `holds`, by looking at eight at once.
    private func has(_ bytes: [UInt8], filler: UInt8, _ look: (EightBytes) -> UInt64) -> Bool {
        bytes.withUnsafeBufferPointer { $0.hasEightBytes(fillingWith: filler, look) }
    }

    @Test(arguments: [UInt8(0x01), 0x20, 0x21, 0x7F, 0x80])
    func `a limit finds the bytes below it, whatever is beside them`(limit: UInt8) {
        for byte in UInt8.min...UInt8.max {
            for neighbor: UInt8 in [0x80, 0x81, 0xA0, 0xFE, 0xFF] {
                let bytes = [neighbor, byte, neighbor]
                #expect(has(bytes, filler: 0xFF) { $0.below(limit) } == (byte < limit), "\(byte) beside \(neighbor)")
            }
        }
    }

    @Test(arguments: [UInt8(0x00), 0x09, 0x22, 0x7F, 0x80, 0xFF])
    func `a byte is found only if it is there, whatever is beside it`(wanted: UInt8) {
        for byte in UInt8.min...UInt8.max {
            for neighbor in [wanted ^ 1, wanted ^ 0x80, wanted ^ 0xFF, wanted &+ 1, wanted &- 1] {
                let bytes = [neighbor, byte, neighbor]
                let found = has(bytes, filler: wanted ^ 1) { $0.equal(to: wanted) }
                #expect(found == (byte == wanted), "\(byte) beside \(neighbor)")
            }
        }
    }

    @Test func `bytes outside ASCII are those with the highest bit`() {
        for byte in UInt8.min...UInt8.max {
            #expect(has([0x7F, byte, 0x00], filler: 0) { $0.outsideASCII } == (byte >= 0x80), "\(byte)")
        }
    }

    @Test func `each byte is looked at, whatever the number and the place`() {
        for count in 0...40 {
            let others = [UInt8](repeating: UInt8(ascii: "a"), count: count)
            #expect(!has(others, filler: UInt8(ascii: "a")) { $0.equal(to: UInt8(ascii: "%")) }, "\(count)")
            for place in 0..<count {
                var bytes = others
                bytes[place] = UInt8(ascii: "%")
                #expect(
                    has(bytes, filler: UInt8(ascii: "a")) { $0.equal(to: UInt8(ascii: "%")) }, "\(place) of \(count)")
            }
        }
    }
}
