public import Driver
public import JSON
import Messages

extension NumberedDecision {
    /// Writes the decision with its number.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("decision", number)
            json.member("time", rfc3339: decision.time)
            if decision.isOpen { json.member("open", true) }
            json.member("event") { json in json.object { writeEvent(to: &$0) } }
            json.members(decision.routine.members(notified: decision.notified))
            if let decidedBy = decision.decidedBy {
                json.member("decidedBy", decidedBy.text)
                json.member("decidedByRule", decidedBy.rule)
            }
            json.member("checks", each: decision.trace.checks) { json, entry in
                json.object { $0.members(entry.check.members(holds: entry.holds)) }
            }
            json.member("messages", each: decision.messages) { json, sequence in json.value(sequence) }
        }
    }

    private func writeEvent(to json: inout JSONWriter) {
        json.member("type", decision.event.name)
        json.member("processId", decision.processId)
        if let targetProcessId = decision.targetProcessId { json.member("targetProcessId", targetProcessId) }
        if decision.threadId != 0 { json.member("threadId", decision.threadId) }
        if let fullImageName { json.member("fullImageName", fullImageName.text) }
    }
}
