import JSON

extension CaseReport {
    func write(to json: inout JSONWriter, timings: Bool) {
        json.object { json in
            json.member("file", file)
            json.member("line", line)
            json.member("name", name)
            if let row { json.member("case", row) }
            json.member("verdict", verdict.rawValue)
            if let reason { json.member("reason", reason) }
            json.member("failures", each: failures) { json, failure in failure.write(to: &json) }
            if !held.isEmpty { json.member("held", each: held) { json, held in held.write(to: &json) } }
            if let error { json.member("error") { error.write(to: &$0) } }
            if failedMessages > 0 { json.member("failedMessages", failedMessages) }
            if !flaky.isEmpty { json.member("flaky", each: flaky) { json, failure in failure.write(to: &json) } }
            if virtualNanoseconds > 0 {
                json.member("virtualSeconds") { $0.value(seconds: Double(virtualNanoseconds) / 1e9) }
            }
            if timings { json.member("seconds") { $0.value(seconds: seconds) } }
        }
    }
}

extension ErrorReport {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("type", origin.rawValue)
            if let line { json.member("line", line) }
            if let step { json.member("step", step) }
            if let problem { json.member("problem", problem) }
            json.member("detail", detail)
        }
    }
}

extension LookReport {
    fileprivate func writeMembers(to json: inout JSONWriter) {
        json.member("line", line)
        json.member("step", step)
        if let id { json.member("id", id) }
        json.member(rounds: rounds)
        if let because { json.member("because", because) }
        json.member("expected", expected)
        json.member("subject", subject)
        if let found { json.member("found", found) }
        if let scope { json.member("scope", scope) }
        if let scopeName { json.member("scopeName", scopeName) }
        if !fields.isEmpty { json.member("fields", each: fields) { json, field in field.write(to: &json) } }
        if let detail { json.member("detail", detail) }
    }
}

extension JSONWriter {
    /// Writes the round of the innermost `repeat`, and all if there are several.
    fileprivate mutating func member(rounds: [Int]) {
        if let last = rounds.last { member("iteration", last) }
        if rounds.count > 1 { member("rounds", each: rounds) { json, round in json.value(round) } }
    }
}

extension FailureReport {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            look.writeMembers(to: &json)
            json.member("expectation") { $0.value(expectation) }
            json.member("matched", each: matched) { json, sequence in json.value(sequence) }
            json.member("nearest", each: nearest) { json, message in message.write(to: &json) }
            json.member("why", each: why) { json, reason in reason.write(to: &json) }
            json.member("change", each: change) { json, change in change.write(to: &json) }
        }
    }
}

extension ComparedField {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("criterion", criterion)
            json.member("expected") { $0.value(expected) }
            json.member("actual") { $0.value(actual) }
            if let note { json.member("note", note) }
            json.member("met", isMet)
        }
    }
}

extension HeldReport {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            look.writeMembers(to: &json)
            json.member("messages", each: messages) { json, message in message.write(to: &json) }
            if !why.isEmpty { json.member("why", each: why) { json, reason in reason.write(to: &json) } }
            if unlisted > 0 { json.member("unlisted", unlisted) }
        }
    }
}

extension MadeMessage {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("message") { message.write(to: &$0) }
            if let routine { json.member("routine", routine) }
            json.member("checks", each: checks) { json, check in check.write(to: &json) }
            json.member("causes", each: causes) { json, cause in cause.write(to: &json) }
        }
    }
}

extension Reason.CheckReport {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("check", check)
            json.member("holds", holds)
            json.member("value", value)
        }
    }
}

extension StepPlace {
    fileprivate func writeMembers(to json: inout JSONWriter) {
        json.member("step", step)
        if let id { json.member("id", id) }
        json.member("line", line)
        json.member(rounds: rounds)
        if let record { json.member("record", record) }
    }

    fileprivate func write(to json: inout JSONWriter) { json.object { writeMembers(to: &$0) } }
}

extension NearestMessage {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("sequence", sequence)
            json.member("kind", kind)
            json.member("operation", operation)
            if let step { step.writeMembers(to: &json) }
            if outOfScope { json.member("outOfScope", true) }
            json.member("criteria", each: criteria) { json, field in field.write(to: &json) }
        }
    }
}

extension Reason {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            switch self {
            case .decision(let decision):
                json.member("kind", "decision" as StaticString)
                decision.writeMembers(to: &json)
            case .dropped(let dropped):
                json.member("kind", "dropped" as StaticString)
                dropped.writeMembers(to: &json)
            case .delivery(let delivered):
                json.member("kind", "delivery" as StaticString)
                delivered.writeMembers(to: &json)
            case .reply(let reply):
                json.member("kind", "reply" as StaticString)
                reply.writeMembers(to: &json)
            case .word(let word):
                json.member("kind", "word" as StaticString)
                json.member("process", word.process)
                json.member("word", word.word)
                json.member("bit", word.bit)
                json.member("set", word.isSet)
                json.member("cause") { word.cause.write(to: &$0) }
            case .absent(let event, let detail):
                json.member("kind", "absent" as StaticString)
                json.member("event", event)
                json.member("detail", detail)
            case .unsettled(let queued, let inHand):
                json.member("kind", "unsettled" as StaticString)
                json.member("queued", queued)
                if inHand > 0 { json.member("inHand", inHand) }
            case .unexplained(let most):
                json.member("kind", "unexplained" as StaticString)
                json.member("most", most)
            }
        }
    }
}

extension Reason.Decision {
    fileprivate func writeMembers(to json: inout JSONWriter) {
        place.writeMembers(to: &json)
        json.member("event", event)
        json.member("routine", routine)
        if let makes { json.member("makes", makes) }
        if let message { json.member("message", message) }
        json.member("notified", notified)
        json.member("checks", each: checks) { json, check in check.write(to: &json) }
        json.member("decidedBy", decidedBy)
        json.member("holds", holds)
        json.member("value", value)
        if let cause { json.member("cause") { cause.write(to: &$0) } }
    }
}

extension Cause {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("kind", kind.rawValue)
            if let message { json.member("message", message) }
            if let place { place.writeMembers(to: &json) }
            if let entry { json.member("entry", entry) }
            if let entryLine { json.member("entryLine", entryLine) }
            if let rule { json.member("rule", rule) }
            json.member("detail", detail)
        }
    }
}

extension Reason.Dropped {
    fileprivate func writeMembers(to json: inout JSONWriter) {
        json.member("message", message)
        json.member("for", dropper)
        json.member("limit", limit)
        if let place { place.writeMembers(to: &json) }
        if let pausedBy { json.member("pausedBy") { pausedBy.write(to: &$0) } }
    }
}

extension Reason.Delivered {
    fileprivate func writeMembers(to json: inout JSONWriter) {
        json.member("message", message)
        json.member("delivery", delivery)
        if let status { json.member("status", status) }
        if let detail { json.member("detail", detail) }
        if let answer { json.member("answer", answer) }
        if !holders.isEmpty { json.member("holders", each: holders) { json, sequence in json.value(sequence) } }
        if let pausedBy { json.member("pausedBy") { pausedBy.write(to: &$0) } }
        if let timeout {
            json.member("timeout") { json in
                json.object { json in
                    json.member("setting", timeout.setting)
                    json.member("value") { $0.value(timeout.value) }
                    if let line = timeout.line { json.member("line", line) }
                }
            }
        }
        if engineDelayMs != nil || engineReply != nil {
            json.member("engine") { json in
                json.object { json in
                    if let engineReply { json.member("reply", engineReply) }
                    if let engineDelayMs { json.member("delayMs", engineDelayMs) }
                    if let engineLine { json.member("line", engineLine) }
                }
            }
        }
    }
}

extension Reason.ReplyRead {
    fileprivate func writeMembers(to json: inout JSONWriter) {
        json.member("message", message)
        if let httpStatus { json.member("httpStatus", httpStatus) }
        json.member("reply", reply)
        if isEmbedded { json.member("embedded", true) }
        if let wanted { json.member("wanted", wanted) }
        if let read { json.member("read", read) }
        if let fault { json.member("fault", fault) }
        if let sent { json.member("sent") { $0.value(sent) } }
        if let engineLine { json.member("engineLine", engineLine) }
        if let effect { json.member("effect", effect) }
    }
}

extension Change {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("kind", kind.rawValue)
            if isBefore { json.member("before", true) }
            if let place { place.writeMembers(to: &json) }
            if let message { json.member("message", message) }
            json.member("edit") { $0.value(edit) }
            json.member("verified", verified)
            if let note { json.member("note", note) }
        }
    }
}
