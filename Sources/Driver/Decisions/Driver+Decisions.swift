extension Driver {
    /// The decision with a number, if it is still kept.
    public func decision(_ number: UInt64) -> NumberedDecision? { withState { $0.decisions[number] } }

    /// The first `limit` decisions that match `query`.
    ///
    /// - Complexity: O(decisions after `query.after`), in slices between which the lock is released.
    public func decisions(_ query: DecisionQuery, limit: Int) -> DecisionPage {
        var search = DecisionSearch(query, limit: limit)
        let now = clock.moment().wall
        repeat {
            withState { state in
                state.lastRead = now
                state.decisions.advance(&search, by: Self.decisionPart)
            }
        } while !search.isOver
        return search.page
    }

    /// Decisions that a search checks before others get the lock.
    private static let decisionPart = 4096

    /// Calls `wake` once, on the follower queue, when there is a decision after `number`, or waits are no longer allowed.
    public func followDecisions(after number: UInt64, _ wake: @escaping @Sendable () -> Void) -> Following {
        withState { state in
            if state.decisions.newest > number { return .ready }
            if state.endsWaits { return .ended }
            return .waiting(state.followers.add(of: .decision, wake))
        }
    }
}
