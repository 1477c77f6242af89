import Bytes
import Testing

@Suite struct HexTests {
    @Test func `each byte is a hex digit or not`() {
        for byte in UInt8.min...UInt8.max {
            let value = byte < 0x80 ? Character(Unicode.Scalar(byte)).hexDigitValue : nil
            #expect(byte.hexValue.map { Int($0) } == value)
            #expect(String(Unicode.Scalar(byte.hexDigit)) == String(byte & 0xF, radix: 16))
        }
    }

    @Test func `a number is written with at least the requested number of digits`() {
        #expect(0.hex() == "0x0")
        #expect(UInt8(0x1F).hex() == "0x1f")
        #expect(UInt32(0x0040_0400).hex(digits: 8) == "0x00400400")
        #expect(UInt64.max.hex(digits: 8) == "0xffffffffffffffff")
        #expect(0xAB.hex(uppercase: true) == "0xAB")
        #expect(0xAB.hexDigits() == "ab")
        #expect(0xA.hexDigits(2, uppercase: true) == "0A")
    }

    @Test func `a number is read from digits in either case if it fits`() {
        func read(_ text: String) -> UInt32? { UInt32(hexDigits: text.utf8) }
        #expect(read("0") == 0)
        #expect(read("aBcD") == 0xABCD)
        #expect(read("ffffffff") == .max)
        #expect(read("00000000ffffffff") == .max)
        for text in ["", "0x1", "+1", "-1", "1g", " 1", "1ffffffff"] { #expect(read(text) == nil, "\(text)") }
        #expect(UInt64(hexDigits: "123456789abcdef0".utf8) == 0x1234_5678_9ABC_DEF0)
    }

    @Test func `bytes are written and read as pairs of digits`() {
        let bytes: [UInt8] = [0, 0x0A, 0xFF]
        #expect(bytes.hexPairs() == "000aff")
        #expect(bytes.hexPairs(separator: " ") == "00 0a ff")
        #expect([UInt8](hexPairs: "000AfF".utf8) == bytes)
        #expect([UInt8](hexPairs: "".utf8) == [])
        for text in ["0", "000", "0g", "0 0"] { #expect([UInt8](hexPairs: text.utf8) == nil, "\(text)") }
    }
}
