import Bytes
import Testing

@Suite struct ASCIITests {
    @Test func `each byte is classified as its character is`() {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8
        for byte in UInt8.min...UInt8.max {
            #expect(byte.isDigit == "0123456789".utf8.contains(byte))
            #expect(byte.isLetter == letters.contains(byte))
            #expect(byte.isLetterOrDigit == (byte.isDigit || byte.isLetter))
            #expect(byte.isTokenCharacter == (byte.isLetterOrDigit || "!#$%&'*+-.^_`|~".utf8.contains(byte)))
            let isCapital = byte < 0x5B && byte.isLetter
            #expect(byte.asciiLowercased == (isCapital ? byte + 32 : byte))
        }
    }

    @Test func `only one or more digits are decimal`() {
        #expect("0".utf8.isDecimal)
        #expect("0123456789".utf8.isDecimal)
        for text in ["", "-1", "+1", "1 ", "1a", "١"] { #expect(!text.utf8.isDecimal, "\(text)") }
    }

    @Test func `a decimal number has at most the given number of digits`() {
        func read(_ text: String, _ maxDigits: Int) -> UInt64? { text.utf8.span.decimal(maxDigits: maxDigits) }
        #expect(read("0", 1) == 0)
        #expect(read("00065535", 8) == 65_535)
        #expect(read("9999999999999999999", 19) == 9_999_999_999_999_999_999)
        for text in ["", "123456", "-1", "+1", "12a", "1 "] { #expect(read(text, 5) == nil, "\(text)") }
    }

    @Test func `only the case of ASCII letters is ignored`() {
        func areEqual(_ one: String, _ other: String) -> Bool { one.utf8.span.equalsIgnoringCase(other.utf8.span) }
        #expect(areEqual("Content-Length", "content-lENGTH"))
        #expect(areEqual("", ""))
        #expect(!areEqual("a", "ab"))
        #expect(!areEqual("[", "{"))
        #expect(!areEqual("É", "é"))
        #expect("Text/HTML; É \u{212A}".asciiLowercased == "text/html; É \u{212A}")
        #expect("".asciiLowercased == "")
    }
}
