import Bytes
import Testing

struct UnitEscapeTests {
    @Test(
        arguments: [
            ([], []), ([0x61, 0xD83D, 0xDE00, 0xFFFE], [0x61, 0x1F600, 0xFFFE]),
            ([0x61, 0xD800, 0x62], [0x61, 0xFDD0, 0x10D800, 0x62]),
            ([0xDC00, 0xD800], [0xFDD0, 0x10DC00, 0xFDD0, 0x10D800]), ([0xFDD0], [0xFDD0, 0x10FDD0]),
            ([0xD800, 0xD83D, 0xDE00, 0xDE00], [0xFDD0, 0x10D800, 0x1F600, 0xFDD0, 0x10DE00]),
            ([0xFDD0, 0xDBF6, 0xDC00], [0xFDD0, 0x10FDD0, 0x10D800]),
        ] as [([UInt16], [UInt32])])
    func `halves of pairs are escaped, and what begins an escape`(units: [UInt16], text: [UInt32]) {
        let escaped = UnitEscape.text(of: units)
        #expect(escaped.unicodeScalars.map(\.value) == text)
        #expect(UnitEscape.units(of: escaped) == units)
    }

    @Test func `a U+FDD0 that begins no escape stands for itself`() {
        let units: [UInt16] = [0xFDD0, 0x61, 0xFDD0]
        #expect(UnitEscape.units(of: String(decoding: units, as: UTF16.self)) == units)
    }
}
