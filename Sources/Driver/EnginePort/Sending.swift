import Messages

/// The process that a message is about.
struct MessageSubject: Sendable {
    let process: AuxPidCreationTime
    let imageFileName: UnicodeString
}

/// The end of a send, as the driver reads it.
struct Sending: Sendable {
    let status: NTStatus
    /// Nil if nothing was answered.
    let reply: MessageReply?
    /// Why it failed, if more is known than the status.
    let failure: String?
    /// Nanoseconds from the send to its end.
    let spent: UInt64
    /// When it ended.
    let ended: Moment

    /// The end of the send of `message` with `result`.
    init(_ result: EngineResult, of message: EngineMessage, spent: UInt64, ended: Moment) {
        status = result.status
        failure = result.status == .success ? nil : result.fault
        self.spent = spent
        self.ended = ended
        if result.status == .success, message.readsReply {
            reply = MessageReply(answer: result.answer, reading: message.reading(of: result.reply))
        } else {
            reply = result.answer.map { MessageReply(answer: $0, reading: ReplyReading()) }
        }
    }
}
