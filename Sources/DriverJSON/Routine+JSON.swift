public import Driver
public import JSON
import Messages

extension [RoutineReport] {
    /// Writes the member `routines`; `explain` adds the checks of each routine.
    public func write(to json: inout JSONWriter, explain: Bool) {
        json.member("routines") { json in
            json.array { json in
                // Indices, because iterating copies each report.
                for index in indices { self[index].write(to: &json, explain: explain) }
            }
        }
    }
}

extension RoutineReport {
    fileprivate func write(to json: inout JSONWriter, explain: Bool) {
        json.object { json in
            json.members(routine.members(notified: notified))
            if explain {
                json.member("checks", each: trace.checks) { json, entry in
                    json.object { json in
                        json.members(entry.check.members(holds: entry.holds))
                        value(of: entry.check, holds: entry.holds).write(to: &json)
                    }
                }
            }
            json.member("messages", each: messages) { json, record in record.writeReport(to: &json) }
        }
    }
}

/// Members of reports that are constant but for a flag, written in advance for both of its values: there are few.
private struct FlaggedMembers {
    private let written: [WrittenMembers]

    /// The members that `write` writes for each of `cases`.
    init<Case>(_ cases: [Case], _ write: (inout JSONWriter, Case, Bool) -> Void) {
        written = cases.flatMap { one in [false, true].map { flag in WrittenMembers { write(&$0, one, flag) } } }
    }

    /// The members of the case at `index`.
    subscript(index: Int, flag: Bool) -> WrittenMembers { written[2 * index + (flag ? 1 : 0)] }
}

extension DriverRoutine {
    private static let written = FlaggedMembers(DriverRoutine.allCases) { json, routine, notified in
        json.member("routine", routine.name)
        json.member("notified", notified)
    }

    func members(notified: Bool) -> WrittenMembers { DriverRoutine.written[Int(rawValue), notified] }
}

extension Check {
    private static let written = FlaggedMembers(Check.allCases) { json, check, holds in
        json.member("check", check.text)
        json.member("holds", holds)
    }

    func members(holds: Bool) -> WrittenMembers { Check.written[Int(rawValue), holds] }
}

extension CheckedValue {
    fileprivate func write(to json: inout JSONWriter) {
        switch self {
        case .literal(let text): json.member("value", text)
        case .word(let word): json.member("value", hex: UInt64(word), digits: 8)
        case .text(let text): json.member("value", text)
        }
    }
}

extension MessageRecord {
    /// Writes the outcome of the message, for the answer to the request that caused it, and then the members that `more`
    /// writes.
    public func writeReport(to json: inout JSONWriter, more: (inout JSONWriter) -> Void = { _ in }) {
        json.object { json in
            json.member("sequence", message.sequence)
            json.member("kind", message.kind.rawValue)
            json.member("operation", message.operationName)
            json.member("delivery", delivery.rawValue)
            writeOutcome(to: &json)
            more(&json)
        }
    }

    /// Writes the message and its outcome, as the journal operations return it.
    public func write(to json: inout JSONWriter, host: String) {
        json.object { json in
            json.member("sequence", message.sequence)
            json.member("time", rfc3339: message.time)
            json.members(MessageTexts.of(message).operation)
            json.member("delivery", delivery.rawValue)
            json.member("status", status.name)
            writeAcknowledgement(to: &json)
            if let process = message.process {
                json.member("process", process)
            } else {
                json.memberNull("process")
            }
            if let imageFileName = message.imageFileName {
                json.member("imageFileName", imageFileName.text)
            } else {
                json.memberNull("imageFileName")
            }
            json.member("routine", routine.name)
            if let decision { json.member("decision", decision) }
            if let caller = message.caller { json.member("requestId", caller.text) }
            writeEnd(to: &json)
            json.member("message") { MessageData(message, host: host).write(to: &$0) }
        }
    }

    /// Writes what a line of a list says.
    public func writeSummary(to json: inout JSONWriter) {
        json.object { json in
            json.member("sequence", message.sequence)
            json.member("time", rfc3339: message.time)
            json.members(MessageTexts.of(message).summary)
            json.member("delivery", delivery.rawValue)
            json.member("status", status.name)
            writeReply(to: &json)
            if let process = message.process { json.member("processId", process.processId) }
            if let image = message.imageFileName { json.member("image", image.text.lastPathPart) }
            if let decision { json.member("decision", decision) }
        }
    }

    /// Writes how the message ended.
    public func writeUpdate(to json: inout JSONWriter) {
        json.object { json in
            json.member("sequence", message.sequence)
            json.member("delivery", delivery.rawValue)
            json.member("status", status.name)
            writeReply(to: &json)
            if let durationNanoseconds { json.member("durationMicroseconds", durationNanoseconds / 1000) }
        }
    }

    private func writeOutcome(to json: inout JSONWriter) {
        switch (message.kind, delivery) {
        case (.async, .queued), (.async, .inHand): break
        default: json.member("status", status.name)
        }
        if let explanation { json.member("failure", explanation) }
        writeAcknowledgement(to: &json)
        if let durationNanoseconds { json.member("durationMicroseconds", durationNanoseconds / 1000) }
    }

    private func writeEnd(to json: inout JSONWriter) {
        if let sentAt { json.member("sentAt", rfc3339: sentAt) }
        if let endedAt { json.member("endedAt", rfc3339: endedAt) }
        if let durationNanoseconds { json.member("durationMicroseconds", durationNanoseconds / 1000) }
        if let endedAs { json.member("endedAs", endedAs) }
        if let droppedFor { json.member("droppedFor", droppedFor) }
        if let explanation { json.member("failure", explanation) }
        if let reply { json.member("reply") { reply.write(to: &$0) } }
    }

    private func writeAcknowledgement(to json: inout JSONWriter) {
        writeReply(to: &json)
        if let notificationNumber { json.member("notificationNumber", notificationNumber) }
    }

    private func writeReply(to json: inout JSONWriter) {
        if message.kind == .sync { json.member("acknowledged", acknowledged) }
        if let clearedRule { json.member("clearedRule", clearedRule) }
    }
}
