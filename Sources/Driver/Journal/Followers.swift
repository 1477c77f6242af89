/// The waits for something new on a host. Their number does not affect the cost of a message.
struct Followers {
    typealias ID = UInt64
    typealias Wakes = [ID: @Sendable () -> Void]

    /// Something new. A wait for deliveries is also one for messages.
    enum News {
        case message, delivery, decision, bucket
    }

    private var ofMessages: Wakes = [:]
    private var ofDeliveries: Wakes = [:]
    private var ofDecisions: Wakes = [:]
    private var ofBuckets: Wakes = [:]
    private var lastID: ID = 0

    /// Whether anybody waits for decisions.
    var awaitDecisions: Bool { !ofDecisions.isEmpty }

    mutating func add(of news: News, _ wake: @escaping @Sendable () -> Void) -> ID {
        lastID += 1
        switch news {
        case .message: ofMessages[lastID] = wake
        case .delivery: ofDeliveries[lastID] = wake
        case .decision: ofDecisions[lastID] = wake
        case .bucket: ofBuckets[lastID] = wake
        }
        return lastID
    }

    mutating func remove(_ id: ID) {
        ofMessages[id] = nil
        ofDeliveries[id] = nil
        ofDecisions[id] = nil
        ofBuckets[id] = nil
    }

    /// Removes and returns the waits that `news` ends.
    ///
    /// - Complexity: O(1).
    mutating func take(_ news: News) -> [Wakes] {
        switch news {
        case .message: Self.take(&ofMessages) + Self.take(&ofDeliveries)
        case .delivery: Self.take(&ofDeliveries)
        case .decision: Self.take(&ofDecisions)
        case .bucket: Self.take(&ofBuckets)
        }
    }

    /// Removes and returns all of them.
    mutating func takeAll() -> [Wakes] { take(.message) + take(.decision) + take(.bucket) }

    private static func take(_ wakes: inout Wakes) -> [Wakes] {
        if wakes.isEmpty { return [] }
        defer { wakes = [:] }
        return [wakes]
    }
}

extension Driver {
    /// The result of asking for the next message.
    public enum Following: Hashable, Sendable {
        /// `wake` will be called; the number is for `stopFollowing`.
        case waiting(UInt64)
        /// There is already something new.
        case ready
        /// New waits are refused: the service is shutting down, or the driver is unloading.
        case ended
    }

    /// Calls `wake` once, on the follower queue, when a message after `sequence` is created or waits are no longer
    /// allowed.
    ///
    /// For readers that keep their own position in the journal: `messages(_:limit:)` returns the messages after it.
    public func follow(after sequence: UInt64, _ wake: @escaping @Sendable () -> Void) -> Following {
        withState { state in
            if state.journal.newest > sequence { return .ready }
            if state.endsWaits { return .ended }
            return .waiting(state.followers.add(of: .message, wake))
        }
    }

    /// Like `follow(after:_:)`, for messages that `search` has not seen, and for deliveries if it asks for an outcome.
    func follow(_ search: MessageSearch, _ wake: @escaping @Sendable () -> Void) -> Following {
        withState { state in
            let ofDeliveries = search.query.isAboutOutcome
            if state.journal.newest > search.end { return .ready }
            if ofDeliveries, state.journal.changeCount > search.changesSeen { return .ready }
            if state.endsWaits { return .ended }
            return .waiting(state.followers.add(of: ofDeliveries ? .delivery : .message, wake))
        }
    }

    /// Cancels the call that `follow` promised; it may already be running.
    public func stopFollowing(_ id: UInt64) { withState { $0.followers.remove(id) } }
}
