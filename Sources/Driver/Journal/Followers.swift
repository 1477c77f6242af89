/// Those who want to be told of a host's next message. However many they are, a message costs the driver the same.
struct Followers {
    typealias ID = UInt64
    typealias Wakes = [ID: @Sendable () -> Void]

    private var waiting: Wakes = [:]
    /// Those who also want to know when a message's delivery changes.
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

    /// All of them, who then wait no more.
    ///
    /// - Complexity: O(1).
    mutating func takeAll() -> [Wakes] {
        defer { waiting = [:] }
        return (waiting.isEmpty ? [] : [waiting]) + takeThoseOfDeliveries()
    }

    /// Those who wait for deliveries; they then wait no longer.
    ///
    /// - Complexity: O(1).
    mutating func takeThoseOfDeliveries() -> [Wakes] {
        if waitingForDeliveries.isEmpty { return [] }
        defer { waitingForDeliveries = [:] }
        return [waitingForDeliveries]
    }
}

extension Driver {
    /// What came of asking to be told of the next message.
    public enum Following: Hashable, Sendable {
        /// It will be told; the number is for `stopFollowing`.
        case waiting(UInt64)
        /// A later message is there already.
        case ready
        /// Nobody may wait any more: the service stops, or the driver unloads.
        case ended
    }

    /// Has `wake` called once, on the follower queue, when a message after `sequence` is made or nobody may wait any more.
    ///
    /// For readers that keep their own place in the journal: `messages(_:limit:)` gives what has come since.
    public func follow(after sequence: UInt64, _ wake: @escaping @Sendable () -> Void) -> Following {
        withState { state in
            if state.journal.newest > sequence { return .ready }
            if state.endsWaits { return .ended }
            return .waiting(state.followers.add(wake))
        }
    }

    /// As `follow(after:_:)` for what `search` has not looked at: deliveries too, when it asks for one.
    func follow(_ search: MessageSearch, _ wake: @escaping @Sendable () -> Void) -> Following {
        withState { state in
            let ofDeliveries = search.query.delivery != nil
            if state.journal.newest > search.end { return .ready }
            if ofDeliveries, state.journal.changeCount > search.changesSeen { return .ready }
            if state.endsWaits { return .ended }
            return .waiting(state.followers.add(ofDeliveries: ofDeliveries, wake))
        }
    }

    /// Gives up on what `follow` promised; it may already be under way.
    public func stopFollowing(_ id: UInt64) { withState { $0.followers.remove(id) } }
}
