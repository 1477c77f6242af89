// How names of files and images are compared: without case, a UTF-16 unit at a time.
//
// Each unit stands for its upper case by Unicode's simple mappings; what has none, and halves of surrogate pairs, stand for
// themselves. Inferred: Windows compares names so, by a table of its own (`RtlUpcaseUnicodeChar`, NTFS's `$UpCase`), which
// is not Unicode's of today in every place (decision 19).

extension UInt16 {
    /// The unit's upper case, or the unit itself where it has none.
    var upcased: UInt16 { self < 0x80 ? UInt16(UInt8(truncatingIfNeeded: self).upcasedASCII) : upperCases[Int(self)] }
}

extension UInt8 {
    fileprivate var upcasedASCII: UInt8 { self >= 0x61 && self <= 0x7A ? self & ~0x20 : self }
}

/// By unit.
private let upperCases: [UInt16] = {
    var table = (0...UInt16.max).map { $0 }
    for run in simpleUppercaseRuns {
        for unit in stride(from: run.first, through: run.last, by: Int(run.step)) {
            table[Int(unit)] = UInt16(Int32(unit) + run.delta)
        }
    }
    return table
}()

extension String {
    /// The UTF-16 units of the text's upper case; as many as the text has.
    ///
    /// - Complexity: O(text).
    var upcasedUnits: [UInt16] { upcased { UInt16($0) } ?? utf16.map(\.upcased) }

    /// The UTF-8 bytes of the text's upper case.
    ///
    /// - Complexity: O(text).
    var upcasedBytes: [UInt8] {
        upcased { $0 } ?? Array(String(decoding: utf16.lazy.map(\.upcased), as: UTF16.self).utf8)
    }

    /// The upper case of a text of ASCII characters alone, each as `element` has it: most names are such, and this is a
    /// hundred times as fast.
    private func upcased<Element>(_ element: (UInt8) -> Element) -> [Element]? {
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

    /// Whether the text ends in `suffix`, which is in upper case, without case.
    ///
    /// - Complexity: O(suffix).
    func hasSuffix(upcased suffix: String) -> Bool {
        var units = utf16.reversed().makeIterator()
        return suffix.utf16.reversed().allSatisfy { $0 == units.next()?.upcased }
    }

    /// What follows the last backslash, in upper case; nil when that has more than `limit` units.
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
