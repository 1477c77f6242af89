import DequeModule

/// The permits for sending synchronous messages, and the waits for one.
///
/// Driver: `MpData.SendingSyncSemaphore` (SYN-4). Waits are granted in order of arrival.
struct SyncChannelState {
    private var inUse = 0
    private var order: Deque<UInt64> = []
    private var waiting: Set<UInt64> = []
    private var lastTicket: UInt64 = 0

    /// The result of asking for a permit.
    enum Acquisition: Equatable {
        case granted
        /// A wait, which `grantNext` or `giveUp` ends.
        case wait(ticket: UInt64)
    }

    mutating func acquire(limit: Int) -> Acquisition {
        if inUse < limit, waiting.isEmpty {
            inUse += 1
            return .granted
        }
        lastTicket += 1
        order.append(lastTicket)
        waiting.insert(lastTicket)
        return .wait(ticket: lastTicket)
    }

    /// Releases a permit: `KeReleaseSemaphore`.
    mutating func release() { inUse -= 1 }

    /// Grants a permit to the next wait, if one is free. Call this until it returns nil after each release or change of
    /// the limit.
    mutating func grantNext(limit: Int) -> UInt64? {
        guard inUse < limit else { return nil }
        while let ticket = order.popFirst() {
            if waiting.remove(ticket) != nil {
                inUse += 1
                return ticket
            }
        }
        return nil
    }

    /// Ends a wait without a permit; false if it was already granted or abandoned.
    ///
    /// - Complexity: amortized O(1).
    mutating func giveUp(_ ticket: UInt64) -> Bool {
        guard waiting.remove(ticket) != nil else { return false }
        // Otherwise abandoned waits would pile up while all permits are in use.
        if order.count > 2 * waiting.count + 16 { order.removeAll { !waiting.contains($0) } }
        return true
    }

    /// The tickets of the waits, in order of arrival.
    var waitingTickets: some Sequence<UInt64> { order.lazy.filter { waiting.contains($0) } }

    /// Slots kept for current and past waits; for tests.
    var places: Int { order.count }

    /// Whether a wait was neither granted nor abandoned.
    func isWaiting(_ ticket: UInt64) -> Bool { waiting.contains(ticket) }
}
