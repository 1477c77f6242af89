import Bytes
import JSON
import Scenarios

/// Reasons and changes as lines of text.
enum ReasonText {
    /// Reasons under one title.
    struct Section {
        fileprivate let topic: Topic
        fileprivate var messages: [UInt64]
        fileprivate(set) var lines: [String]

        fileprivate init(_ topic: Topic, of messages: UInt64..., lines: [String]) {
            self.topic = topic
            self.messages = messages
            self.lines = lines
        }

        var title: String {
            let numbers = messages.map { "#\($0)" }.joined(separator: ", ")
            return topic.rawValue.replacing("#", with: numbers)
        }

        /// Whether the reason joins this section: it has the same title, or says the same of another message.
        fileprivate mutating func join(_ other: Section) -> Bool {
            guard topic == other.topic else { return false }
            if messages == other.messages {
                lines += other.lines
            } else if lines == other.lines {
                messages += other.messages
            } else {
                return false
            }
            return true
        }
    }

    /// What a section is about; # stands for messages.
    fileprivate enum Topic: String {
        case made = "why # came"
        case notMade = "why it did not come"
        case state = "why it is so"
        case delivery = "outcome of #"
        case unsettled = "not settled"
        case unexplained = "not explained"
    }

    /// The reasons: those why a message did not come together, then the outcome of each message.
    static func sections(_ reasons: [Reason]) -> [Section] {
        reasons.reduce(into: []) { sections, reason in
            let section = section(of: reason)
            if sections.isEmpty || !sections[sections.count - 1].join(section) { sections.append(section) }
        }
    }

    private static func section(of reason: Reason) -> Section {
        switch reason {
        case .decision(let decision):
            let lines = describe(decision)
            if let message = decision.message { return Section(.made, of: message, lines: lines) }
            return Section(decision.makes == nil ? .state : .notMade, lines: lines)
        case .absent(_, let detail): return Section(.notMade, lines: [detail.asSentence])
        case .dropped(let dropped):
            // A queue that holds nothing drops the message itself.
            let isItself = dropped.dropper == dropped.message
            let cause = isItself ? "" : " for #\(dropped.dropper)"
            var lines = ["It was dropped\(cause): the queue holds \(dropped.limit.counted("message")) (ASY-4)."]
            if let place = dropped.place, !isItself { lines.append("#\(dropped.dropper) comes from \(place.words).") }
            if let pausedBy = dropped.pausedBy { lines.append("The worker had been paused since \(pausedBy.words).") }
            return Section(.delivery, of: dropped.message, lines: lines)
        case .delivery(let delivered): return Section(.delivery, of: delivered.message, lines: describe(delivered))
        case .reply(let reply): return Section(.delivery, of: reply.message, lines: describe(reply))
        case .word(let word): return Section(.state, lines: lines(of: word.cause))
        case .unsettled(let queued, let inHand):
            let words = [(queued, "queued"), (inHand, "in hand")].filter { $0.0 > 0 }.map {
                "\($0.counted("message")) \($0 == 1 ? "was" : "were") still \($1)"
            }
            let line = words.isEmpty ? "The worker was not done in time" : words.joined(separator: ", and ")
            return Section(.unsettled, lines: [line + "."])
        case .unexplained(let most):
            return Section(.unexplained, lines: ["Only the first \(most) failures of a case are explained."])
        }
    }

    private static func describe(_ reply: Reason.ReplyRead) -> [String] {
        let engine = reply.isEmbedded ? "The embedded engine" : "The engine"
        let status = reply.httpStatus.map { "\($0) " } ?? ""
        var lines = ["\(engine) answered \(status)\(reply.reply.escapingInvisible)" + (reply.isEmbedded ? "." : "")]
        if let wanted = reply.wanted {
            let place = wanted.first?.isNumber == true ? "At 08 of the reply the driver" : "The driver"
            let read = reply.read.map { "; it read \($0.escapingInvisible)" } ?? ""
            lines.append("\(place) wants \(wanted.escapingInvisible)\(read).")
        }
        if let fault = reply.fault { lines.append("It cannot read the reply: \(fault.escapingInvisible)".asSentence) }
        if let line = reply.engineLine { lines.append("The embedded engine is set in line \(line).") }
        if let effect = reply.effect { lines.append(effect.escapingInvisible) }
        return lines
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
            lines += self.lines(of: cause).map { "  " + $0 }
        }
        return lines
    }

    /// The sentences of a cause.
    static func lines(of cause: Cause) -> [String] {
        cause.detail.split(separator: "\n").map { String($0).escapingInvisible }
    }

    private static func describe(_ delivered: Reason.Delivered) -> [String] {
        let state: String =
            switch delivered.delivery {
            case "sent": "It was sent"
            case "failed": "It failed"
            case "notSent": "It was not sent"
            case "queued": "It is still queued"
            case "inHand": "It is in hand"
            default: "It was \(delivered.delivery)"
            }
        let reasons = [delivered.status, delivered.detail?.escapingInvisible].compactMap(\.self).joined(separator: ", ")
        var lines = [state + (reasons.isEmpty ? "" : ": " + reasons) + "."]
        if !delivered.holders.isEmpty {
            let shown = delivered.holders.prefix(10).map { "#\($0)" }
            let rest = delivered.holders.count > shown.count ? ", ..." : ""
            let verb = delivered.holders.count == 1 ? "held the permit" : "held the permits"
            lines.append("\(shown.joined(separator: ", "))\(rest) \(verb).")
        }
        if let pausedBy = delivered.pausedBy { lines.append("The worker has been paused since \(pausedBy.words).") }
        if let timeout = delivered.timeout {
            let line = timeout.line.map { " (line \($0))" } ?? ""
            let unit = timeout.setting.hasSuffix("Ms") ? " ms" : ""
            let sentence = "\(timeout.setting) is \(timeout.value.words)"
            // The reason may say it already.
            if delivered.detail == sentence { lines.removeLast() }
            let state = delivered.detail == sentence ? state + (delivered.status.map { ": \($0), " } ?? ": ") : ""
            lines.append("\(state)\(sentence)\(unit)\(line).")
        }
        if let answer = delivered.answer { lines.append("The engine answered \(answer.escapingInvisible)") }
        if let reply = delivered.engineReply {
            lines.append(
                "The embedded engine is set to \(reply)" + (delivered.engineLine.map { " (line \($0))" } ?? "") + ".")
        }
        if let delay = delivered.engineDelayMs {
            lines.append("The engine takes \(delay) ms" + (delivered.engineLine.map { " (line \($0))" } ?? "") + ".")
        }
        return lines
    }

    static func describe(_ change: Change) -> [String] {
        let place = change.place.map { (change.isBefore ? "before " : "") + $0.words + ":  " } ?? ""
        let edit =
            (change.message.map { "the engine's reply to #\($0):  " } ?? "")
            + change.edit.flow(dividedBy: change.isBefore ? ", then " : ", ")
        let outcome =
            change.verified
            ? "run again so: the expectation holds" + (change.note.map { ", \($0)" } ?? "")
            : (change.note ?? "not run again").asSentence
        return [place + edit, outcome]
    }
}

extension JSONTree {
    /// The value as YAML on one line, without the braces of the outermost mapping.
    fileprivate func flow(dividedBy separator: String) -> String {
        guard case .object(let members) = self else { return yaml }
        return members.map { "\($0.name): \($0.value.yaml)" }.joined(separator: separator)
    }
}
