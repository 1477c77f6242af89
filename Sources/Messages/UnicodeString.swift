import Bytes

/// A name or a command line as Windows has it: any 16-bit units, also halves of surrogate pairs, which a Swift string cannot
/// contain. Two are equal if their units are; strings that are merely equivalent in Unicode differ.
///
/// It is as large as a `String`, because it is one: nearly all texts are well-formed, and stored as they are.
///
/// Driver: `UNICODE_STRING`, without the NUL behind it.
public struct UnicodeString: Sendable {
    /// The text. One that is not well-formed, or begins with U+FDD0, is stored as U+FDD0 and its escaped text.
    private let stored: String

    /// The units of `text`.
    public init(_ text: String) {
        stored = text.isMarked ? UnicodeString.marked(Array(text.utf16)) : text
    }

    /// The string with these units.
    ///
    /// - Complexity: O(*units*).
    public init(units: [UInt16]) {
        if let text = String(validating: units, as: UTF16.self) {
            self.init(text)
        } else {
            self.init(stored: UnicodeString.marked(units))
        }
    }

    private init(stored: String) { self.stored = stored }

    private static func marked(_ units: [UInt16]) -> String {
        String(decoding: [UnitEscape.lead], as: UTF16.self) + UnitEscape.text(of: units)
    }

    /// The text, with U+FFFD for half a surrogate pair.
    public var text: String { stored.isMarked ? String(decoding: units, as: UTF16.self) : stored }

    /// The units.
    ///
    /// - Complexity: O(*units*).
    public var units: [UInt16] {
        stored.isMarked ? UnitEscape.units(of: String(stored.unicodeScalars.dropFirst())) : Array(stored.utf16)
    }

    /// The number of units.
    ///
    /// - Complexity: O(*units*).
    public var unitCount: Int { stored.isMarked ? units.count : stored.utf16.count }

    /// The number of bytes that are stored: of a well-formed text those of its UTF-8, of others more; never fewer than units.
    public var byteCount: Int { stored.utf8.count }

    /// Whether the string is empty.
    public var isEmpty: Bool { stored.isEmpty }

    /// Passes the units to `body`, in order.
    func forEachUnit(_ body: (UInt16) -> Void) {
        if stored.isMarked { units.forEach(body) } else { stored.utf16.forEach(body) }
    }
}

extension String {
    /// Whether the text begins with U+FDD0.
    fileprivate var isMarked: Bool {
        // Few texts begin with a byte beyond ASCII.
        utf8.first ?? 0 >= 0x80 && utf16.first == UnitEscape.lead
    }
}

extension UnicodeString: Hashable {
    /// Whether two strings have the same units.
    public static func == (left: Self, right: Self) -> Bool { left.stored.utf8.elementsEqual(right.stored.utf8) }

    /// Hashes the units.
    public func hash(into hasher: inout Hasher) {
        var stored = stored
        stored.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        // No text has this byte, so that two strings are not hashed like one.
        hasher.combine(UInt8.max)
    }
}

extension UnicodeString: ExpressibleByStringInterpolation {
    /// The units of a literal.
    public init(stringLiteral text: String) { self.init(text) }
}

extension UnicodeString: CustomStringConvertible {
    /// The same as `text`.
    public var description: String { text }
}
