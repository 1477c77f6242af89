import Messages
import Testing

struct UnicodeStringTests {
    private static let units: [[UInt16]] = [
        [], [0x61], [0xE9], [0x65, 0x301], [0xD83D, 0xDE00], [0xD800], [0xFFFD], [0xDC00, 0xD800],
        [0x61, 0xD800, 0x62],
        [0xFDD0], [0xFDD0, 0xD800], [0xFDD0, 0xFDD0], [0xFDD0, 0xDBF6, 0xDC00], [0, 0xFFFF],
    ]

    @Test(arguments: units)
    func `a string keeps its units, and shows U+FFFD for half a pair`(units: [UInt16]) {
        let string = UnicodeString(units: units)
        #expect(string.units == units)
        #expect(string.unitCount == units.count)
        #expect(string.isEmpty == units.isEmpty)
        #expect(string.byteCount >= units.count)
        #expect(Array(string.text.utf16) == Array(String(decoding: units, as: UTF16.self).utf16))
        #expect("\(string)" == string.text)
    }

    @Test func `strings are equal if their units are`() {
        for (place, left) in Self.units.enumerated() {
            for (other, right) in Self.units.enumerated() {
                #expect((UnicodeString(units: left) == UnicodeString(units: right)) == (place == other))
            }
        }
        #expect(Set(Self.units.map { UnicodeString(units: $0) }).count == Self.units.count)
    }

    @Test(arguments: ["", "a", "\u{1F600}", "e\u{301}", #"C:\Windows\ä.exe"#])
    func `a well-formed string is its text`(text: String) {
        let string = UnicodeString(text)
        #expect(string == UnicodeString(units: Array(text.utf16)))
        #expect(string.text.utf8.elementsEqual(text.utf8))
        #expect(string.byteCount == text.utf8.count)
    }

    @Test func `a string is as large as Swift's`() {
        #expect(MemoryLayout<UnicodeString?>.size == MemoryLayout<String>.size)
    }
}
