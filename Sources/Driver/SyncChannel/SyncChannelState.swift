import DequeModule

/// Who sends a synchronous message now and who waits for a turn.
///
/// Driver: `MpData.SendingSyncSemaphore` (SYN-4). Waiters get their turn in the order they came.
struct SyncChannelState {
    private var inUse = 0
    private var order: Deque<UInt64> = []
    private var waiting: Set<UInt64> = []
    private var lastTicket: UInt64 = 0

    /// What came of asking for a permit.
    enum Acquisition: Equatable {
        case granted
        /// The wait that `grant` or `giveUp` ends.
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

    /// Gives a permit back: `KeReleaseSemaphore`.
    mutating func release() { inUse -= 1 }

    /// The wait that gets a permit now, if one is free: to be asked until nil after each release or change of the limit.
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

    /// Ends a wait without a permit; false when it was granted or given up already.
    ///
    /// - Complexity: amortised O(1).
    mutating func giveUp(_ ticket: UInt64) -> Bool {
        guard waiting.remove(ticket) != nil else { return false }
        // Else those who give up would pile up while the permits are out.
        if order.count > 2 * waiting.count + 16 { order.removeAll { !waiting.contains($0) } }
        return true
    }

    /// Places kept for those who wait or waited; for tests.
    var places: Int { order.count }

    /// Whether a wait has neither been granted nor given up.
    func isWaiting(_ ticket: UInt64) -> Bool { waiting.contains(ticket) }
}
