import Messages

/// A call that waits in the driver.
public struct WaitingCall: Hashable, Sendable {
    /// The condition that ends the wait.
    public enum Reason: String, CaseIterable, Sendable {
        /// A synchronous message gets a permit of the semaphore (SYN-4).
        case semaphore
        /// The paused worker has sent the messages of its steps.
        case steps
        /// The queue is empty, and nothing is in hand.
        case drain
        /// The queue has room for another message.
        case room
    }

    /// The condition that ends the wait.
    public let reason: Reason
    /// The tag of the call; nil if it had none.
    public let caller: CallerTag?
    /// The message that waits for a permit, a sequence; nil for other reasons.
    public let sequence: UInt64?
    /// Its number among all waits of the host, in order of arrival.
    let number: UInt64
}

/// A wait and the call that waits.
struct CallWait<Outcome: Sendable>: Sendable {
    let call: WaitingCall
    let wait: TimedWait<Outcome>
}

/// A wait for a permit of the semaphore.
struct PermitWait: Sendable {
    let call: WaitingCall
    /// Nil until the message has its timer.
    var wait: TimedWait<NTStatus>?
}

extension DriverState {
    /// Numbers a call that begins to wait.
    mutating func beginWait(
        for reason: WaitingCall.Reason, caller: CallerTag?, sequence: UInt64? = nil
    ) -> WaitingCall {
        waitCount += 1
        return WaitingCall(reason: reason, caller: caller, sequence: sequence, number: waitCount)
    }

    /// The number of calls that wait, and the first `limit` of them in order of arrival.
    ///
    /// - Complexity: O(waits for permits + `limit` · log `limit`).
    func waitingCalls(limit: Int) -> (count: Int, calls: [WaitingCall]) {
        // Each list is in order of arrival, so the first calls of all are among the first of each.
        let permits = channel.waitingTickets.prefix(limit).compactMap { permitWaits[$0]?.call }
        let calls = permits + worker.waitingCalls(limit: limit) + roomWaits.prefix(limit).map(\.call)
        let count = permitWaits.count + worker.waitCount + roomWaits.count
        return (count, Array(calls.sorted { $0.number < $1.number }.prefix(limit)))
    }
}
