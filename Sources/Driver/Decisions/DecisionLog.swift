import DequeModule
import Messages

/// The latest decisions of a host's routines.
struct DecisionLog {
    private var decisions: Deque<Decision> = []
    private let capacity: Int
    /// Bytes of all decisions in it.
    private(set) var bytes = 0
    /// The number of the newest decision; 0 if there was none.
    private(set) var newest: UInt64 = 0

    /// A log of at most `capacity` decisions; 0 for none.
    init(capacity: Int) { self.capacity = capacity }

    /// Whether decisions are kept.
    var isKept: Bool { capacity > 0 }

    /// The number of the oldest decision that is kept; that of the next one if there is none.
    var oldest: UInt64 { newest - UInt64(decisions.count) + 1 }

    /// Adds a decision, and gives up the oldest one if there are too many; returns its number.
    mutating func append(_ decision: Decision) -> UInt64 {
        if decisions.count == capacity { giveUpOldest() }
        newest += 1
        bytes += decision.bytes
        decisions.append(decision)
        return newest
    }

    /// The decision with `number`, if it is kept.
    subscript(number: UInt64) -> Decision? {
        guard number >= oldest, number <= newest else { return nil }
        return decisions[Int(number - oldest)]
    }

    /// Changes the decision with `number`, if it is kept. A change does not affect `bytes`.
    @inline(__always)
    mutating func update(_ number: UInt64, _ change: (inout Decision) -> Void) {
        guard number >= oldest, number <= newest else { return }
        change(&decisions[Int(number - oldest)])
    }

    /// Gives up the older half, and returns its memory.
    mutating func giveUpHalf() {
        for _ in 0..<(decisions.count + 1) / 2 { giveUpOldest() }
        decisions = Deque(decisions)
    }

    private mutating func giveUpOldest() {
        if let oldest = decisions.popFirst() { bytes -= oldest.bytes }
    }

    /// Advances `search` over the next decisions, at most `count`.
    ///
    /// - Complexity: O(count).
    func advance(_ search: inout DecisionSearch, by count: Int) {
        guard search.enter(oldest: oldest, newest: newest) else { return }
        var number = search.end
        for _ in 0..<count where number < newest {
            number += 1
            let decision = decisions[Int(number - oldest)]
            if search.query.matches(decision), !search.take(NumberedDecision(number: number, decision: decision)) {
                return
            }
            search.pass(number)
        }
        if number == newest { search.finish() }
    }
}

/// A decision with its number among the decisions of its host, from 1, without gaps.
public struct NumberedDecision: Hashable, Sendable {
    /// Its number.
    public let number: UInt64
    /// The decision.
    public let decision: Decision
}
