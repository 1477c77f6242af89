import DequeModule

/// The messages that came to their end last, in that order, for readers that have seen them before.
struct Endings {
    private var sequences: Deque<UInt64> = []
    private let capacity: Int
    /// How many messages have come to their end.
    private(set) var count: UInt64 = 0

    /// Keeps the last `capacity` ends.
    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Adds the end of message `sequence`; returns its number, from 1.
    @inline(__always)
    mutating func append(_ sequence: UInt64) -> UInt64 {
        if sequences.count == capacity { sequences.removeFirst() }
        sequences.append(sequence)
        count += 1
        return count
    }

    /// The number of the oldest end that is kept; that of the next one if there is none.
    var oldest: UInt64 { count - UInt64(sequences.count) + 1 }

    /// The message whose end has `number`, which is kept.
    subscript(number: UInt64) -> UInt64 { sequences[Int(number - oldest)] }
}

/// Messages that came to their end, for a reader that has seen them before.
public struct EndingsPage: Sendable {
    /// The messages as they are now, in the order of their ends.
    public internal(set) var items: [MessageRecord] = []
    /// How many ends the reader missed, because it fell behind or the journal has evicted the message.
    public internal(set) var missed: UInt64 = 0
    /// The number of the last end in the page; the next page begins after it.
    public internal(set) var end: UInt64
    /// Whether there are more.
    public internal(set) var hasMore = false
}

extension Driver {
    /// How many of the host's messages have come to their end.
    public var endCount: UInt64 { withState { $0.endCount } }

    /// The next messages, at most `limit`, that came to their end after the end number `after`, match `query` but for its
    /// `after`, and have sequences up to `seen`.
    ///
    /// - Complexity: O(ends that are checked), at most 64 · `limit`.
    public func endings(after: UInt64, _ query: MessageQuery, seen: UInt64, limit: Int) -> EndingsPage {
        withState { $0.endings(after: after, query, seen: seen, limit: limit) }
    }

    /// Calls `wake` once, on the follower queue, when there is a message after `sequence`, or an end after `end`, or waits are
    /// no longer allowed.
    public func follow(
        after sequence: UInt64, ends end: UInt64, _ wake: @escaping @Sendable () -> Void
    ) -> Following {
        withState { state in
            if state.journal.newest > sequence || state.endCount > end { return .ready }
            if state.endsWaits { return .ended }
            return .waiting(state.followers.add(of: .delivery, wake))
        }
    }
}

extension DriverState {
    fileprivate func endings(after: UInt64, _ query: MessageQuery, seen: UInt64, limit: Int) -> EndingsPage {
        var page = EndingsPage(end: after)
        if page.end + 1 < endings.oldest {
            page.missed = endings.oldest - 1 - page.end
            page.end = endings.oldest - 1
        }
        var (checks, steps) = (64 * limit, Journal.sliceSteps)
        while page.end < endCount, checks > 0, steps > 0, page.items.count < limit {
            page.end += 1
            checks -= 1
            let sequence = endings[page.end]
            guard sequence <= seen else { continue }
            guard let record = journal[sequence] else {
                page.missed += 1
                continue
            }
            if journal.matches(record, query, &steps) { page.items.append(record) }
        }
        page.hasMore = page.end < endCount
        return page
    }
}
