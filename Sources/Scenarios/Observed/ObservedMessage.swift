public import Driver
public import Messages

/// A message of a host, as a run sees it: the same whether the driver is in this process or in a service.
public struct ObservedMessage: Sendable {
    /// The message.
    public let message: EngineMessage
    /// The routine that made it.
    public let routine: DriverRoutine
    /// Its delivery state.
    public let delivery: MessageRecord.Delivery
    /// The status of the send.
    public let status: NTStatus
    /// Whether the reply to a synchronous message matched.
    public let acknowledged: Bool
    /// The rule that the reply cleared.
    public let clearedRule: String?
    /// How long the send took.
    public let durationMicroseconds: UInt64?
    /// Its number in the order in which messages came to their end.
    public let endedAs: UInt64?
    /// The message that it was dropped for.
    public let droppedFor: UInt64?
    /// The engine's reply.
    public let reply: MessageReply?
    /// Why it failed, was not sent, or its reply was not taken.
    public let explanation: String?

    /// The message of `record`.
    public init(_ record: MessageRecord) {
        message = record.message
        routine = record.routine
        delivery = record.delivery
        status = record.status
        acknowledged = record.acknowledged
        clearedRule = record.clearedRule
        durationMicroseconds = record.durationNanoseconds.map { $0 / 1000 }
        endedAs = record.endedAs
        droppedFor = record.droppedFor
        reply = record.reply
        explanation = record.explanation
    }

    /// The index of the step that made it; nil if somebody else did.
    var step: Int? { message.caller.flatMap { StepTag($0.text)?.index } }

    /// Its type.
    var type: MessageType { MessageType(of: message) }

    /// Its sequence.
    public var sequence: UInt64 { message.sequence }
}
