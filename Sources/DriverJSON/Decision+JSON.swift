public import Driver
public import JSON
import Messages

extension Decision {
    /// Writes the decision with its number.
    public func write(numbered number: UInt64, to json: inout JSONWriter) {
        json.object { json in
            json.member("decision", number)
            json.member("time", rfc3339: time)
            if isOpen { json.member("open", true) }
            json.member("event") { json in json.object { writeEvent(to: &$0) } }
            json.members(routine.members(notified: notified))
            if let decidedBy {
                json.member("decidedBy", decidedBy.text)
                json.member("decidedByRule", decidedBy.rule)
            }
            json.member("checks", each: trace.checks) { json, entry in
                json.object { $0.members(entry.check.members(holds: entry.holds)) }
            }
            json.member("messages", each: messages) { json, sequence in json.value(sequence) }
        }
    }

    private func writeEvent(to json: inout JSONWriter) {
        json.member("type", event.name)
        json.member("processId", processId)
        if let targetProcessId { json.member("targetProcessId", targetProcessId) }
        if threadId != 0 { json.member("threadId", threadId) }
        if let fullImageName { json.member("fullImageName", fullImageName.text) }
    }
}
