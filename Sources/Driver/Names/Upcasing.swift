import Messages

// Names of files and images are compared ignoring case, one UTF-16 unit at a time.
//
// Each unit is compared by its upper case under Unicode's simple mappings; units without a mapping, and halves of
// surrogate pairs, by themselves. Inferred: Windows compares names like this, with a table of its own
// (`RtlUpcaseUnicodeChar`, NTFS's `$UpCase`), which differs from current Unicode in places (decision 19).

extension UInt16 {
    /// The unit's upper case, or the unit itself if it has none.
    var upcased: UInt16 { self < 0x80 ? UInt16(UInt8(truncatingIfNeeded: self).upcasedASCII) : upperCases[Int(self)] }
}

extension UInt8 {
    fileprivate var upcasedASCII: UInt8 { self >= 0x61 && self <= 0x7A ? self & ~0x20 : self }
}

/// The upper case of each unit.
private let upperCases: [UInt16] = {
    var table = (0...UInt16.max).map { $0 }
    for run in simpleUppercaseRuns {
        for unit in stride(from: run.first, through: run.last, by: Int(run.step)) {
            table[Int(unit)] = UInt16(Int32(unit) + run.delta)
        }
    }
    return table
}()

extension UnicodeString {
    /// The units of the text in upper case; their number does not change.
    ///
    /// - Complexity: O(text).
    var upcasedUnits: [UInt16] { text.upcasedASCII { UInt16($0) } ?? units.map(\.upcased) }

    /// The text in upper case.
    ///
    /// - Complexity: O(text).
    var upcased: UnicodeString {
        if let bytes = text.upcasedASCII({ $0 }) { return UnicodeString(String(decoding: bytes, as: UTF8.self)) }
        return UnicodeString(units: units.map(\.upcased))
    }
}

extension String {
    /// The upper case of an ASCII text, with each byte converted by `element`; nil for other texts. Most names are
    /// ASCII, and this is a hundred times as fast.
    fileprivate func upcasedASCII<Element>(_ element: (UInt8) -> Element) -> [Element]? {
        utf8.withContiguousStorageIfAvailable { bytes -> [Element]? in
            guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
            return [Element](unsafeUninitializedCapacity: bytes.count) { elements, count in
                for (index, byte) in bytes.enumerated() {
                    elements.initializeElement(at: index, to: element(byte.upcasedASCII))
                }
                count = bytes.count
            }
        } ?? nil
    }

    /// Whether the text ends in `suffix`, ignoring case. `suffix` must be in upper case.
    ///
    /// - Complexity: O(suffix).
    func hasSuffix(upcased suffix: String) -> Bool {
        var units = utf16.reversed().makeIterator()
        return suffix.utf16.reversed().allSatisfy { $0 == units.next()?.upcased }
    }

    /// The part after the last backslash, in upper case; nil if it has more than `limit` units.
    ///
    /// - Complexity: O(limit).
    func upcasedFinalComponent(limit: Int) -> String? {
        var units: [UInt16] = []
        for unit in utf16.reversed() {
            if unit == UInt16(ascii: "\\") { break }
            if units.count == limit { return nil }
            units.append(unit.upcased)
        }
        return String(decoding: units.reversed(), as: UTF16.self)
    }
}

extension UInt16 {
    init(ascii scalar: Unicode.Scalar) { self = UInt16(UInt8(ascii: scalar)) }
}
