/// The waits for a host's next message. Their number does not affect the cost of a message.
struct Followers {
    typealias ID = UInt64
    typealias Wakes = [ID: @Sendable () -> Void]

    private var waiting: Wakes = [:]
    /// The waits for a message or for a change of a delivery.
    private var waitingForDeliveries: Wakes = [:]
    private var lastID: ID = 0

    var isEmpty: Bool { waiting.isEmpty && waitingForDeliveries.isEmpty }

    mutating func add(ofDeliveries: Bool = false, _ wake: @escaping @Sendable () -> Void) -> ID {
        lastID += 1
        if ofDeliveries { waitingForDeliveries[lastID] = wake } else { waiting[lastID] = wake }
        return lastID
    }

    mutating func remove(_ id: ID) {
        if waiting.removeValue(forKey: id) == nil { waitingForDeliveries[id] = nil }
    }

    /// Removes and returns all of them.
    ///
    /// - Complexity: O(1).
    mutating func takeAll() -> [Wakes] {
        defer { waiting = [:] }
        return (waiting.isEmpty ? [] : [waiting]) + takeThoseOfDeliveries()
    }

    /// Removes and returns the waits for deliveries.
    ///
    /// - Complexity: O(1).
    mutating func takeThoseOfDeliveries() -> [Wakes] {
        if waitingForDeliveries.isEmpty { return [] }
        defer { waitingForDeliveries = [:] }
        return [waitingForDeliveries]
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
            return .waiting(state.followers.add(wake))
        }
    }

    /// Like `follow(after:_:)`, for messages that `search` has not seen, and for deliveries if it asks for an outcome.
    func follow(_ search: MessageSearch, _ wake: @escaping @Sendable () -> Void) -> Following {
        withState { state in
            let ofDeliveries = search.query.isAboutOutcome
            if state.journal.newest > search.end { return .ready }
            if ofDeliveries, state.journal.changeCount > search.changesSeen { return .ready }
            if state.endsWaits { return .ended }
            return .waiting(state.followers.add(ofDeliveries: ofDeliveries, wake))
        }
    }

    /// Cancels the call that `follow` promised; it may already be running.
    public func stopFollowing(_ id: UInt64) { withState { $0.followers.remove(id) } }
}
