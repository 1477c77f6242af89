public import Messages

/// A part of the history of a host.
public struct HistoryPage: Sendable {
    /// The buckets, oldest first.
    public let items: [HistoryBucket]
    /// The number of the first of them; that of the next bucket if there is none.
    public let first: UInt64
    /// The sums of all buckets before the first one.
    public let before: HistoryCounts<UInt64>
    /// The number of the oldest bucket that is kept.
    public let oldest: UInt64
    /// The number of the newest bucket that is over: it does not change any more.
    public let newestOver: UInt64
    /// Ticks of 100 ns that a bucket lasts.
    public let bucketTicks: UInt64
    /// The counters at the same moment.
    public let counters: CountersSnapshot

    /// Whether the last item is not over.
    public var endsOpen: Bool { !items.isEmpty && first + UInt64(items.count) - 1 > newestOver }
}

extension Driver {
    /// The first `limit` buckets with numbers above `after`; with `onlyOver`, without the one that is not over.
    ///
    /// - Complexity: O(buckets that are kept).
    public func history(after: UInt64, limit: Int, onlyOver: Bool = false) -> HistoryPage {
        let now = clock.moment().wall
        return withState { state in
            state.lastRead = now
            let newestOver = state.history.newestOver(at: now)
            let history = state.history
            let first = max(history.oldest, min(after, history.newest) + 1)
            let end = min(onlyOver ? newestOver : history.newest, first - 1 + UInt64(limit))
            let items = first <= end ? (first...end).compactMap { history[$0] } : []
            return HistoryPage(
                items: items, first: first, before: history.sums(through: first - 1), oldest: history.oldest,
                newestOver: newestOver, bucketTicks: history.bucketTicks, counters: state.counters)
        }
    }

    /// What a wait for the end of a bucket is to do.
    public enum BucketWait: Sendable {
        /// There is a bucket after the given one that is over.
        case ready
        /// The newest bucket will be over at the end of this time, or earlier if the clock is set.
        case after(Duration)
        /// `wake` will be called when a bucket begins; the number is for `stopFollowing`.
        case waiting(UInt64)
        /// Waits are no longer allowed.
        case ended
    }

    /// Finds out when there is a bucket after `number` that is over. Calls `wake` once, on the follower queue, if a bucket has
    /// yet to begin.
    public func followHistory(after number: UInt64, _ wake: @escaping @Sendable () -> Void) -> BucketWait {
        let now = clock.moment().wall
        return withState { state in
            if state.history.newestOver(at: now) > number { return .ready }
            if state.endsWaits { return .ended }
            if state.history.newest > number, let rest = state.history.rest(at: now) { return .after(rest) }
            return .waiting(state.followers.add(of: .bucket, wake))
        }
    }

    /// When somebody last read the history or the decisions, on the wall's clock.
    public var historyLastRead: FileTime { withState { $0.lastRead } }

    /// Gives up the older half of the history and of the decisions. The sums of lost buckets are kept.
    public func giveUpHalfOfHistory() {
        let freed = withState { $0.giveUpHalf() }
        if freed > 0 { historyMemory?.grew(by: -freed) }
    }
}
