public import Messages

/// The rule policies of a host, prepared so that a creation is matched against all of them at once.
///
/// Copies share the prepared index.
public struct RulePolicySet: Hashable, Sendable {
    /// The policies.
    public let policies: [RulePolicy]
    let index: RulePolicyIndex

    /// Prepares `policies`.
    ///
    /// - Complexity: O(characters of all patterns), plus sorting them.
    public init(_ policies: [RulePolicy] = []) {
        self.policies = policies
        index = policies.isEmpty ? .empty : RulePolicyIndex(policies)
    }

    /// The maximum number of policies of a host.
    public static let maxCount = 10_000

    /// The maximum total number of characters in the patterns of a host's policies. Each process creation is matched against
    /// all of them.
    public static let maxPatternLength = 65_536

    /// The limit of a host that `policies` exceed, in words without a period; nil if they exceed none.
    public static func excess(of policies: [RulePolicy]) -> String? {
        if policies.count > maxCount { return "there are \(policies.count) policies; the limit is \(maxCount)" }
        let length = policies.reduce(0) { $0 + $1.imageFileName.unicodeScalars.count }
        guard length > maxPatternLength else { return nil }
        return "the patterns have \(length) characters in total; the limit is \(maxPatternLength)"
    }

    /// Whether two sets have the same policies, in the same order.
    public static func == (one: RulePolicySet, other: RulePolicySet) -> Bool {
        one.index === other.index || one.policies == other.policies
    }

    /// Hashes the policies.
    public func hash(into hasher: inout Hasher) { hasher.combine(policies) }

    /// The grant for an image, computed at once.
    public func grant(for imageFileName: UnicodeString) -> RulePolicy.Grant {
        var match = RulePolicyMatch(self, imageFileName: imageFileName)
        while true {
            if let grant = match.advance() { return grant }
        }
    }
}

/// An index of the patterns of a set, by the beginning, the end and the inner parts of a name.
final class RulePolicyIndex: Sendable {
    typealias Node = UnitTrie.Node

    /// The index that hosts without policies share.
    static let empty = RulePolicyIndex([])

    /// A pattern without `?`, split into parts.
    struct Entry {
        let policy: Int
        let isExact: Bool
        let minLength: Int
        /// The part before the first star, as a node of `beginnings`.
        var beginning: Node = 0
        /// The part after the last star, as a node of `endings`.
        var ending: Node = 0
        /// The parts between stars, as nodes of `segments`.
        var segments: [Node] = []
    }

    /// The beginnings of the patterns.
    let beginnings: UnitTrie
    /// Their ends, backwards.
    let endings: UnitTrie
    /// The parts between their stars.
    let segments: SegmentAutomaton
    /// The patterns without `?`.
    let entries: [Entry]
    /// The entries to compare with a name whose end leads to a node of `endings`.
    let byEnding: [Node: [Int]]
    /// The entries that end with a star or have none, by node of `beginnings`, unless they are in `waiting`.
    let byBeginning: [Node: [Int]]
    /// The entries that begin and end with a star, by their first segment.
    let waiting: [Node: [Int]]
    /// The patterns with `?`, each with its policy.
    let wild: [(policy: Int, pattern: ImageNamePattern)]

    init(_ policies: [RulePolicy]) {
        let patterns = policies.map { ImageNamePattern($0.imageFileName) }
        let plain = patterns.indices.filter { !patterns[$0].hasWildcards }
        wild = patterns.indices.filter { patterns[$0].hasWildcards }.map { ($0, patterns[$0]) }
        beginnings = UnitTrie(plain.map { patterns[$0].segments[0].units })
        endings = UnitTrie(
            plain.map { patterns[$0].isExact ? [] : patterns[$0].segments.last?.units.reversed() ?? [] })
        segments = SegmentAutomaton(plain.flatMap { patterns[$0].segments.dropFirst().dropLast().map(\.units) })
        var ends = segments.trie.ends[...]
        entries = plain.enumerated().map { [beginnings, endings] place, policy in
            let pattern = patterns[policy]
            let count = max(0, pattern.segments.count - 2)
            defer { ends = ends.dropFirst(count) }
            return Entry(
                policy: policy, isExact: pattern.isExact, minLength: pattern.minLength,
                beginning: beginnings.ends[place], ending: endings.ends[place], segments: Array(ends.prefix(count)))
        }
        var (byEnding, byBeginning, waiting) = ([Node: [Int]](), [Node: [Int]](), [Node: [Int]]())
        for (index, entry) in entries.enumerated() {
            if entry.ending != 0 {
                byEnding[entry.ending, default: []].append(index)
            } else if entry.beginning == 0, let first = entry.segments.first {
                waiting[first, default: []].append(index)
            } else {
                byBeginning[entry.beginning, default: []].append(index)
            }
        }
        (self.byEnding, self.byBeginning, self.waiting) = (byEnding, byBeginning, waiting)
    }
}
