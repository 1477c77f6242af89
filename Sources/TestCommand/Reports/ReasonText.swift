import Bytes
import JSON
import Scenarios

/// Reasons and changes as lines of text.
enum ReasonText {
    /// Reasons under one title.
    struct Section {
        let title: String
        var lines: [String]
    }

    /// The reasons: those why a message did not come together, then what became of each message.
    static func sections(_ reasons: [Reason]) -> [Section] {
        var sections: [Section] = []
        for reason in reasons {
            let (title, lines) = describe(reason)
            if let last = sections.indices.last, sections[last].title == title {
                sections[last].lines += lines
            } else {
                sections.append(Section(title: title, lines: lines))
            }
        }
        return sections
    }

    private static func describe(_ reason: Reason) -> (title: String, lines: [String]) {
        switch reason {
        case .decision(let decision): return (title(of: decision), describe(decision))
        case .absent(_, let detail): return ("why it did not come", [detail.asSentence])
        case .dropped(let dropped):
            var lines = [
                "It was dropped for #\(dropped.dropper): the queue holds \(dropped.limit.counted("message")) (ASY-4)."
            ]
            if let place = dropped.place { lines.append("#\(dropped.dropper) comes from \(place.words).") }
            if let pausedBy = dropped.pausedBy { lines.append("The worker has been paused since \(pausedBy.words).") }
            return ("what became of #\(dropped.message)", lines)
        case .delivery(let delivered): return ("what became of #\(delivered.message)", describe(delivered))
        case .reply(let reply): return ("what became of #\(reply.message)", describe(reply))
        case .word(let word): return ("why it is so", [word.cause.detail.escapingInvisible])
        case .unsettled(let queued):
            return ("not settled", ["\(queued.counted("message")) \(queued == 1 ? "was" : "were") still queued."])
        }
    }

    private static func describe(_ reply: Reason.ReplyRead) -> [String] {
        let engine = reply.isStandIn ? "The stand-in" : "The engine"
        let status = reply.httpStatus.map { "\($0) " } ?? ""
        var lines = ["\(engine) answered \(status)\(reply.reply.escapingInvisible)" + (reply.isStandIn ? "." : "")]
        if let wanted = reply.wanted, let read = reply.read {
            let place = wanted.first?.isNumber == true ? "At 08 of the reply the driver" : "The driver"
            lines.append("\(place) wants \(wanted.escapingInvisible); it read \(read.escapingInvisible).")
        }
        if let line = reply.engineLine { lines.append("The stand-in is set in line \(line).") }
        if let effect = reply.effect { lines.append(effect.escapingInvisible) }
        return lines
    }

    private static func title(of decision: Reason.Decision) -> String {
        if let message = decision.message { return "why #\(message) came" }
        return decision.makes == nil ? "why it is so" : "why it did not come"
    }

    private static func describe(_ decision: Reason.Decision) -> [String] {
        var lines = ["\(decision.place.words), \(decision.event.escapingInvisible)"]
        let mark = decision.holds ? "yes" : "NOT"
        let look = "    \(mark)  \(decision.decidedBy)   it was \(decision.value.escapingInvisible)"
        if decision.message != nil {
            lines.append("  \(decision.routine) made it, because")
            lines.append(look)
        } else if let makes = decision.makes {
            lines.append("  \(decision.routine) makes \(makes). It ended at")
            lines.append("    NOT  \(decision.decidedBy)   it was \(decision.value.escapingInvisible)")
        } else {
            lines.append("  \(decision.routine) looked at")
            lines.append(look)
        }
        if let cause = decision.cause {
            lines += cause.detail.split(separator: "\n").map { "  " + String($0).escapingInvisible }
        }
        return lines
    }

    private static func describe(_ delivered: Reason.Delivered) -> [String] {
        let state: String =
            switch delivered.delivery {
            case "failed": "It failed"
            case "notSent": "It was not sent"
            case "queued": "It is still queued"
            case "inHand": "It is in hand"
            default: "It was \(delivered.delivery)"
            }
        let reasons = [delivered.status, delivered.detail?.escapingInvisible].compactMap(\.self).joined(separator: ", ")
        var lines = [state + (reasons.isEmpty ? "" : ": " + reasons) + "."]
        if let pausedBy = delivered.pausedBy { lines.append("The worker has been paused since \(pausedBy.words).") }
        if let timeout = delivered.timeout {
            let line = timeout.line.map { " (line \($0))" } ?? ""
            let unit = timeout.setting.hasSuffix("Ms") ? " ms" : ""
            let sentence = "\(timeout.setting) is \(timeout.value)"
            // The reason may say it already.
            if delivered.detail == sentence { lines.removeLast() }
            let state = delivered.detail == sentence ? state + (delivered.status.map { ": \($0), " } ?? ": ") : ""
            lines.append("\(state)\(sentence)\(unit)\(line).")
        }
        if let reply = delivered.engineReply {
            lines.append("The stand-in is set to \(reply)" + (delivered.engineLine.map { " (line \($0))" } ?? "") + ".")
        }
        if let delay = delivered.engineDelayMs {
            lines.append("The engine takes \(delay) ms" + (delivered.engineLine.map { " (line \($0))" } ?? "") + ".")
        }
        return lines
    }

    static func describe(_ change: Change) -> [String] {
        let place = change.place.map { (change.isBefore ? "before " : "") + $0.words + ":  " } ?? ""
        let isReply = change.kind == .engine && change.place == nil && !change.verified
        let edit = (isReply ? "the engine's reply:  " : "") + change.edit.flow
        let outcome =
            change.verified ? "run again so: the expectation holds" : (change.note ?? "not run again").asSentence
        return [place + edit, outcome]
    }
}

extension JSONTree {
    /// The value as YAML on one line, without the braces of the outermost mapping.
    fileprivate var flow: String {
        guard case .object(let members) = self else { return words }
        return members.map { "\($0.name): \($0.value.words)" }.joined(separator: ", ")
    }
}
