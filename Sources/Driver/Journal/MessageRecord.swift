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
    /// The number of the decision that created it; nil for a notification that a client requested, and if no decisions are
    /// kept.
    public var decision: UInt64? { decisionNumber == 0 ? nil : decisionNumber }
    /// Its delivery state.
    public internal(set) var delivery: Delivery
    /// When it was handed to the engine, on the host's clock; nil if it was not.
    public internal(set) var sentAt: FileTime? {
        get { isSent ? sentTime : nil }
        set {
            isSent = newValue != nil
            sentTime = newValue ?? .none
        }
    }
    /// When it came to its end, on the host's clock; nil while it has not.
    public internal(set) var endedAt: FileTime? {
        get { endNumber == 0 ? nil : endTime }
        set { endTime = newValue ?? .none }
    }
    /// Its number in the order in which the host's messages came to their end, from 1; nil while it has not.
    public internal(set) var endedAs: UInt64? {
        get { endNumber == 0 ? nil : endNumber }
        set { endNumber = newValue ?? 0 }
    }
    /// The message that it was dropped for, a sequence; its own if the queue has no room at all. Nil if it was not dropped.
    public internal(set) var droppedFor: UInt64? {
        get { dropper == 0 ? nil : dropper }
        set { dropper = newValue ?? 0 }
    }
    /// The result of the send; STATUS_SUCCESS until it has ended.
    public internal(set) var status = NTStatus.success
    /// Whether the reply to a synchronous message matched (SYN-9).
    public internal(set) var acknowledged = false
    /// The rule that the reply cleared, by name.
    public var clearedRule: String? {
        guard hasClearedRule, case .sync(let operation) = message.operation else { return nil }
        return operation.clearedRule
    }
    /// How long the send took, nanoseconds; nil while it has not ended, and without a send.
    public internal(set) var durationNanoseconds: UInt64?
    /// The engine's reply; nil without one.
    public var reply: MessageReply? { if case .outcome(let reply, _) = box { reply } else { nil } }
    /// Why it failed or was not sent, a phrase.
    var failure: String? { if case .outcome(_, let failure) = box { failure } else { nil } }

    /// Whether the reply cleared the rule that made the driver send the message (SYN-9).
    var hasClearedRule = false

    /// Bytes of the reply and of the failure.
    var outcomeSize: Int {
        guard case .outcome(let reply, let failure) = box else { return 0 }
        return (reply?.size ?? 0) + (failure?.utf8.count ?? 0)
    }

    // The journal keeps many records, so that zero and a box stand for nil. A clock can show 0.
    private let decisionNumber: UInt64
    private var isSent = false
    private var sentTime = FileTime.none
    private var endTime = FileTime.none
    private var endNumber: UInt64 = 0
    private var dropper: UInt64 = 0
    private var box: Box?

    private indirect enum Box: Hashable, Sendable {
        case outcome(MessageReply?, failure: String?)
    }

    init(message: EngineMessage, by run: RoutineRun, delivery: Delivery) {
        self.message = message
        routine = run.routine
        decisionNumber = run.decision
        self.delivery = delivery
    }

    /// Sets `reply` and `failure`.
    mutating func setOutcome(_ reply: MessageReply?, failure: String?) {
        box = reply == nil && failure == nil ? nil : .outcome(reply, failure: failure)
    }

    /// Why it failed, was not sent, or its reply was not taken; nil if none of these, or if only the status is known.
    public var explanation: String? { failure ?? reply?.reading.fault?.reason }

    /// NotificationNumber; nil for a synchronous message, which has none.
    public var notificationNumber: Int64? {
        if case .async(let message) = message.content { return message.notificationNumber }
        return nil
    }
}
