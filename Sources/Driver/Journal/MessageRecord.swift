public import Messages

/// A message that the driver created, and its outcome so far.
public struct MessageRecord: Hashable, Sendable {
    /// The delivery state of a message.
    public enum Delivery: String, CaseIterable, Sendable {
        /// The engine took it.
        case sent
        /// The send failed; the status says why.
        case failed
        /// A flag or the semaphore stopped it before it was sent (SYN-2, SYN-4).
        case notSent
        /// It waits in the queue.
        case queued
        /// It is being sent, or waits for the semaphore.
        case inHand
        /// It was dropped because the queue was full (ASY-4).
        case dropped

        /// Whether the state is final.
        public var isFinal: Bool {
            switch self {
            case .sent, .failed, .notSent, .dropped: true
            case .queued, .inHand: false
            }
        }
    }

    /// The message.
    public let message: EngineMessage
    /// The routine that created it.
    public let routine: DriverRoutine
    /// Its delivery state.
    public internal(set) var delivery: Delivery
    /// The result of the send; STATUS_SUCCESS until it has ended.
    public internal(set) var status = NTStatus.success
    /// Whether the reply to a synchronous message matched (SYN-9).
    public internal(set) var acknowledged = false
    /// The rule that the reply cleared, by name.
    public internal(set) var clearedRule: String?
    /// How long the send took, nanoseconds; nil while it has not ended.
    public internal(set) var durationNanoseconds: UInt64?

    /// NotificationNumber; nil for a synchronous message, which has none.
    public var notificationNumber: Int64? {
        if case .async(let message) = message.content { return message.notificationNumber }
        return nil
    }
}
