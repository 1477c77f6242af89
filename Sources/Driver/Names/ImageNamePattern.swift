public import Messages

/// A glob over file names that ignores case.
public struct ImageNamePattern: Hashable, Sendable {
    /// The parts before, between and after the stars, in upper case. No part between two stars is empty.
    let segments: [Segment]
    /// The minimum length of a matching name, in units.
    let minLength: Int

    /// `*` matches any run of UTF-16 units, `?` any one unit, and every other unit itself.
    public init(_ pattern: String) {
        let units = UnicodeString(pattern).upcasedUnits
        let parts = units.split(separator: .star, omittingEmptySubsequences: false).map(Array.init)
        segments = parts.enumerated().compactMap { index, units in
            let isEnd = index == 0 || index == parts.count - 1
            return units.isEmpty && !isEnd ? nil : Segment(units)
        }
        minLength = segments.reduce(0) { $0 + $1.units.count }
    }

    /// Whether the pattern has no star.
    var isExact: Bool { segments.count == 1 }

    /// Whether it has a `?`.
    var hasWildcards: Bool { segments.contains(where: \.hasWildcards) }

    /// Whether the whole of `name` matches.
    ///
    /// - Complexity: O(pattern + name); with `?` between stars O(their segments × name) at worst, 64 positions of the
    ///   name at a time.
    public func matches(_ name: UnicodeString) -> Bool {
        var steps = Int.max
        return matches(name, &steps)
    }

    /// Whether the whole of `name` matches.
    public func matches(_ name: String) -> Bool { matches(UnicodeString(name)) }

    /// Like `matches(_:)`, but subtracts the steps it used from `steps`; always runs to the end.
    func matches(_ name: UnicodeString, _ steps: inout Int) -> Bool {
        var rest = Int.max
        var match = PatternMatch(self)
        let isMatch = match.advance(over: PaddedName(name.upcasedUnits), &rest) ?? false
        steps -= Int.max - rest
        return isMatch
    }

    /// A run of units without a star.
    struct Segment: Hashable, Sendable {
        let units: [UInt16]
        let hasWildcards: Bool

        init(_ units: [UInt16]) {
            self.units = units
            hasWildcards = units.contains(.anyUnit)
        }

        /// Whether the segment matches at `place` of the name, which must be long enough.
        func matches(_ name: PaddedName, at place: Int) -> Bool {
            for index in units.indices where units[index] != name.units[place + index] && units[index] != .anyUnit {
                return false
            }
            return true
        }
    }
}

extension UInt16 {
    static let star = UInt16(ascii: "*")
    static let anyUnit = UInt16(ascii: "?")
}

/// A name in upper case, padded with zeros so that many units can be compared at a time.
struct PaddedName: Sendable {
    /// Positions of a name that are compared together.
    static let lanes = 64

    let units: [UInt16]
    let count: Int

    init(_ units: [UInt16]) {
        count = units.count
        self.units = units + [UInt16](repeating: 0, count: PaddedName.lanes)
    }
}

/// The progress of comparing one pattern with one name.
struct PatternMatch: Sendable {
    let pattern: ImageNamePattern
    /// The segment to look for; 0 until the ends of the name have been compared.
    private var segment = 0
    /// The position to look at next.
    private var place = 0
    /// Units of the segment that match just before `place`. Only for segments without `?`.
    private var found = 0
    /// The failure table of a segment without `?`: how many matched units remain when the next unit differs.
    private var borders: [Int32] = []

    init(_ pattern: ImageNamePattern) { self.pattern = pattern }

    /// Continues for about `steps` steps, at least one, and subtracts the steps used; nil if it is not finished.
    mutating func advance(over name: PaddedName, _ steps: inout Int) -> Bool? {
        let segments = pattern.segments
        guard let last = segments.last, name.count >= pattern.minLength else { return false }
        if segment == 0 {
            steps -= pattern.minLength
            (segment, place) = (1, segments[0].units.count)
            guard segments[0].matches(name, at: 0) else { return false }
            if pattern.isExact { return name.count == pattern.minLength }
            guard last.matches(name, at: name.count - last.units.count) else { return false }
        }
        let end = name.count - last.units.count
        while segment < segments.count - 1 {
            if steps <= 0 { return nil }
            let isFound =
                segments[segment].hasWildcards
                ? findWild(segments[segment], in: name, upTo: end, &steps)
                : findPlain(segments[segment], in: name, upTo: end, &steps)
            switch isFound {
            case true?:
                segment += 1
                (found, borders) = (0, [])
            case false?: return false
            case nil: return nil
            }
        }
        return true
    }

    /// Searches for a segment without `?` (Knuth-Morris-Pratt).
    private mutating func findPlain(
        _ segment: ImageNamePattern.Segment, in name: PaddedName, upTo end: Int, _ steps: inout Int
    ) -> Bool? {
        let units = segment.units
        if borders.isEmpty {
            borders = PatternMatch.borders(of: units)
            steps -= units.count
        }
        while place < end {
            if steps <= 0 { return nil }
            steps -= 1
            while found > 0, units[found] != name.units[place] { found = Int(borders[found - 1]) }
            if units[found] == name.units[place] { found += 1 }
            place += 1
            if found == units.count { return true }
        }
        return false
    }

    private static func borders(of units: [UInt16]) -> [Int32] {
        var borders = [Int32](repeating: 0, count: units.count)
        var length = 0
        for index in units.indices.dropFirst() {
            while length > 0, units[length] != units[index] { length = Int(borders[length - 1]) }
            if units[length] == units[index] { length += 1 }
            borders[index] = Int32(length)
        }
        return borders
    }

    /// Searches for a segment with `?`, 64 positions at a time.
    private mutating func findWild(
        _ segment: ImageNamePattern.Segment, in name: PaddedName, upTo end: Int, _ steps: inout Int
    ) -> Bool? {
        let lastPlace = end - segment.units.count
        while place <= lastPlace {
            if steps <= 0 { return nil }
            let (offset, cost) = PatternMatch.firstMatch(of: segment.units, in: name, from: place)
            steps -= cost
            if let offset {
                place += offset
                guard place <= lastPlace else { return false }
                place += segment.units.count
                return true
            }
            place += PaddedName.lanes
        }
        return false
    }

    /// The offset from `place` of the first match of `units` within `PaddedName.lanes` positions, if there is one, and
    /// the number of units compared.
    private static func firstMatch(of units: [UInt16], in name: PaddedName, from place: Int) -> (Int?, cost: Int) {
        name.units.withUnsafeBufferPointer { name in
            withUnsafeTemporaryAllocation(of: UInt16.self, capacity: PaddedName.lanes) { differences in
                differences.initialize(repeating: 0)
                for index in units.indices where units[index] != .anyUnit {
                    // A plain loop with a fixed number of lanes compiles to vector instructions.
                    let unit = units[index]
                    let start = place + index
                    for lane in 0..<PaddedName.lanes { differences[lane] |= name[start + lane] ^ unit }
                    if index % 8 == 7, !differences.contains(0) { return (nil, index + 1) }
                }
                return (differences.firstIndex(of: 0), units.count)
            }
        }
    }
}
