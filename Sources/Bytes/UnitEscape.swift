/// A notation of any UTF-16 units as a well-formed text, which cannot contain half a surrogate pair.
///
/// An escaped unit is U+FDD0, a noncharacter, and the character of plane 16 that has the unit as its low 16 bits. Halves are
/// escaped, and U+FDD0 itself, so that no text looks like an escape by chance.
public enum UnitEscape {
    /// The character that begins an escape.
    public static let lead: UInt16 = 0xFDD0

    /// The escape of `unit`.
    public static func escape(of unit: UInt16) -> String {
        String(decoding: [lead, 0xDBC0 | unit >> 10, 0xDC00 | unit & 0x3FF], as: UTF16.self)
    }

    /// The text of `units`.
    ///
    /// - Complexity: O(*units*).
    public static func text(of units: [UInt16]) -> String {
        var text = ""
        // Everything between two escapes is well-formed.
        var run = units[...]
        for place in units.indices where units.isHalf(at: place) || units[place] == lead {
            text += String(decoding: units[run.startIndex..<place], as: UTF16.self) + escape(of: units[place])
            run = units[(place + 1)...]
        }
        return text + String(decoding: run, as: UTF16.self)
    }

    /// The units of `text`. A U+FDD0 that begins no escape stands for itself.
    ///
    /// - Complexity: O(*text*).
    public static func units(of text: String) -> [UInt16] {
        var units: [UInt16] = []
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped, scalar.value >= 0x10_0000 {
                units[units.count - 1] = UInt16(truncatingIfNeeded: scalar.value)
                isEscaped = false
            } else {
                units += scalar.utf16
                isEscaped = scalar.value == lead
            }
        }
        return units
    }
}

extension [UInt16] {
    /// Whether the unit at `place` is half a surrogate pair without the other half beside it.
    fileprivate func isHalf(at place: Int) -> Bool {
        let unit = self[place]
        if UTF16.isLeadSurrogate(unit) { return place + 1 == count || !UTF16.isTrailSurrogate(self[place + 1]) }
        return UTF16.isTrailSurrogate(unit) && (place == 0 || !UTF16.isLeadSurrogate(self[place - 1]))
    }
}
