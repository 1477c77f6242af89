import Messages
import Testing

@testable import Driver

@Suite struct UpcasingTests {
    @Test func `each unit maps to its upper case by Unicode's simple mappings`() throws {
        func isKnown(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.age.map { ($0.major, $0.minor) <= (15, 0) } ?? false
        }
        for value in 0...UInt16.max {
            guard let scalar = Unicode.Scalar(value) else {
                #expect(value.upcased == value, "half of a pair")
                continue
            }
            // A mapping to several characters is not simple. The simple mapping in that case is known only for a few.
            let full = scalar.properties.uppercaseMapping.unicodeScalars
            guard isKnown(scalar), full.count == 1, let upper = full.first, upper.value <= UInt16.max else { continue }
            let expected = isKnown(upper) ? UInt16(upper.value) : value
            #expect(value.upcased == expected, "U+\(String(value, radix: 16))")
        }
    }

    @Test(arguments: [
        ("ß", "ß"), ("ŉ", "ŉ"), ("ǆ", "Ǆ"), ("ǅ", "Ǆ"), ("ÿ", "Ÿ"), ("ı", "I"), ("İ", "İ"), ("ſ", "S"), ("ς", "Σ"),
        ("ᾳ", "ᾼ"),
        ("𐐨", "𐐨"), ("straße", "STRAßE"), ("a\u{308}", "A\u{308}"), ("\u{212A}", "\u{212A}"),
    ])
    func `upper case has the same number of units`(text: String, upper: String) {
        #expect(UnicodeString(text).upcasedUnits == Array(upper.utf16))
    }

    @Test func `halves of surrogate pairs are compared by themselves`() {
        let name = UnicodeString(units: [0x61, 0xD801, 0xE4, 0xDC28])
        #expect(name.upcasedUnits == [0x41, 0xD801, 0xC4, 0xDC28])
        #expect(name.upcased == UnicodeString(units: name.upcasedUnits))
        #expect(ImageNamePattern("A???").matches(name))
        #expect(ImageNamePattern("*Ä?").matches(name))
        #expect(!ImageNamePattern("*\u{FFFD}*").matches(name))
    }

    @Test func `a name ends in another ignoring case, or has it as its last component`() {
        #expect("C:\\ä.EXE".hasSuffix(upcased: "Ä.EXE"))
        #expect(!"xe".hasSuffix(upcased: "EXE"))
        #expect("".hasSuffix(upcased: ""))
        #expect("C:\\a\\Bc".upcasedFinalComponent(limit: 2) == "BC")
        #expect("C:\\a\\Bcd".upcasedFinalComponent(limit: 2) == nil)
        #expect("bc".upcasedFinalComponent(limit: 2) == "BC")
        #expect("C:\\".upcasedFinalComponent(limit: 2) == "")
    }
}
