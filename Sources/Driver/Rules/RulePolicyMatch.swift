public import Messages

/// The progress of matching an image against the policies of a host.
///
/// All patterns without `?` together take O(patterns + name × √patterns) steps at worst, and nearly always O(name).
/// Patterns with `?` are compared one after the other, at the cost of `ImageNamePattern.matches`.
public struct RulePolicyMatch: SlicedWork {
    private typealias Node = UnitTrie.Node

    /// A pattern that waits for one of its segments.
    private struct Waiter {
        let entry: Int
        var segment = 0
        /// The first position where the segment may begin.
        var earliest: Int
    }

    private enum Stage {
        case begins, scans, comparesWild
    }

    /// Steps per slice, which takes far less than 5 ms.
    private static let sliceSteps = 200_000

    private let sliceSteps: Int

    private let policySet: RulePolicySet
    private let imageFileName: UnicodeString
    private var index: RulePolicyIndex { policySet.index }
    private var name = PaddedName([])
    private var stage = Stage.begins
    private var grant = RulePolicy.Grant()
    /// By the segment that they wait for. Patterns that begin and end with a star are in `untouched` until that segment
    /// is found.
    private var waiters: [Node: [Waiter]] = [:]
    private var untouched: [Node: [Int]] = [:]
    private var waiterCount = 0
    /// The position in the name up to which it was scanned, and the node reached there.
    private var place = 0
    private var node: Node = 0
    /// The pattern with `?` that is being compared.
    private var wild = 0
    private var wildMatch: PatternMatch?

    init(_ set: RulePolicySet, imageFileName: UnicodeString, sliceSteps: Int = Self.sliceSteps) {
        policySet = set
        self.sliceSteps = sliceSteps
        self.imageFileName = imageFileName
    }

    /// Runs one slice; returns the grant once all policies were checked.
    public mutating func advance() -> RulePolicy.Grant? {
        if policySet.policies.isEmpty { return grant }
        var steps = sliceSteps
        if stage == .begins { begin(&steps) }
        if stage == .scans { scan(&steps) }
        if stage == .comparesWild, compareWild(&steps) { return grant }
        return nil
    }

    /// Compares the beginning and the end of the name.
    private mutating func begin(_ steps: inout Int) {
        name = PaddedName(imageFileName.upcasedUnits)
        let units = name.units.prefix(name.count)
        let beginnings = index.beginnings.path(of: units)
        let endings = index.endings.path(of: units.reversed())
        steps -= name.count + beginnings.count + endings.count
        for node in endings.dropFirst() { consider(index.byEnding[node], beginnings, endings, &steps) }
        for node in beginnings { consider(index.byBeginning[node], beginnings, endings, &steps) }
        untouched = index.waiting
        waiterCount += untouched.values.reduce(0) { $0 + $1.count }
        stage = .scans
    }

    private mutating func consider(
        _ candidates: [Int]?, _ beginnings: [Node], _ endings: [Node], _ steps: inout Int
    ) {
        for candidate in candidates ?? [] {
            steps -= 1
            let entry = index.entries[candidate]
            let (beginning, ending) = (
                Int(index.beginnings.depths[Int(entry.beginning)]), index.length(ofEnding: entry)
            )
            guard name.count >= entry.minLength, !entry.isExact || name.count == entry.minLength,
                beginning < beginnings.count, beginnings[beginning] == entry.beginning,
                ending < endings.count, endings[ending] == entry.ending
            else { continue }
            if let first = entry.segments.first {
                waiters[first, default: []].append(Waiter(entry: candidate, earliest: beginning))
                waiterCount += 1
            } else {
                grant.add(policySet.policies[entry.policy])
            }
        }
    }

    /// Scans the name for the segments that patterns wait for.
    private mutating func scan(_ steps: inout Int) {
        while place < name.count, waiterCount > 0 {
            if steps <= 0 { return }
            steps -= 1
            node = index.segments.next(node, name.units[place])
            place += 1
            var found = index.segments.longest[Int(node)]
            while found != 0 {
                steps -= 1
                serve(found, &steps)
                found = index.segments.shorter[Int(found)]
            }
        }
        (waiters, untouched) = ([:], [:])
        stage = .comparesWild
    }

    /// Advances the patterns that wait for the segment `found`, which ends before `place`.
    private mutating func serve(_ found: Node, _ steps: inout Int) {
        let start = place - Int(index.segments.trie.depths[Int(found)])
        let new = untouched.removeValue(forKey: found)?.map { Waiter(entry: $0, earliest: 0) } ?? []
        for var waiter in (waiters.removeValue(forKey: found) ?? []) + new {
            steps -= 1
            if start < waiter.earliest {
                waiters[found, default: []].append(waiter)
                continue
            }
            let entry = index.entries[waiter.entry]
            waiter.segment += 1
            waiter.earliest = place
            if waiter.segment < entry.segments.count {
                waiters[entry.segments[waiter.segment], default: []].append(waiter)
                continue
            }
            waiterCount -= 1
            // The leftmost positions leave the most room for the ending.
            if place <= name.count - index.length(ofEnding: entry) { grant.add(policySet.policies[entry.policy]) }
        }
    }

    /// Compares the patterns with `?`, one after the other; true once all are done.
    private mutating func compareWild(_ steps: inout Int) -> Bool {
        while wild < index.wild.count {
            if steps <= 0 { return false }
            steps -= 1
            var match = wildMatch ?? PatternMatch(index.wild[wild].pattern)
            let isMatch = match.advance(over: name, &steps)
            wildMatch = isMatch == nil ? match : nil
            guard let isMatch else { return false }
            if isMatch { grant.add(policySet.policies[index.wild[wild].policy]) }
            wild += 1
        }
        return true
    }
}

extension RulePolicyIndex {
    /// Units after the last star of a pattern.
    fileprivate func length(ofEnding entry: Entry) -> Int { Int(endings.depths[Int(entry.ending)]) }
}

extension Driver {
    /// Matches an image against the rule policies, in slices; the result goes to `createProcess`.
    public func policyMatch(_ imageFileName: UnicodeString) -> RulePolicyMatch {
        RulePolicyMatch(rulePolicySet, imageFileName: imageFileName)
    }
}
