import Bytes
import Driver
import DriverJSON
import Messages

// The causes of a stream's context, and of its rule.
extension CaseRun {
    /// The cause of the context of the image's stream, or of its rule.
    func causeOfStream(_ look: ObservedRoutine.Look, _ index: Int, _ host: Int) -> Cause {
        guard case .loadImage(_, let load) = steps[index].step.action else {
            return Cause(.never, detail: "No step gives the file a stream context with the rule.")
        }
        let name = load.value.fullImageName.text
        let changes = changes(ofStream: name, before: index, host)
        let isAboutRule = look.check == .ruleImageLoadPerStream
        var last: StreamChange?
        for change in changes where change.isContext || isAboutRule && change.hasRule != last?.hasRule {
            // A change that sets a set bit changes nothing.
            last = change
        }
        guard let last, (isAboutRule ? last.hasRule : last.isThere) == look.holds else {
            return Cause(.never, detail: "No step has given \(name.quoted()) a stream context (streamContext).")
        }
        var cause = Cause(.step, detail: "\(last.words): \(last.place.words).")
        cause.place = last.place
        return cause
    }

    /// A change of the stream context of a file.
    private struct StreamChange {
        let moment: WordHistory.Moment
        /// Whether the file has a context then.
        let isThere: Bool
        /// Whether that has the rule.
        let hasRule: Bool
        /// Whether the context itself came or went.
        var isContext = false
        /// The change, a phrase.
        let words: String
        let place: StepPlace
    }

    /// The changes of the stream context of a file before a step, in order.
    private func changes(ofStream file: String, before index: Int, _ host: Int) -> [StreamChange] {
        let bit = StreamContextRules.notifyImageLoadRule
        func isFile(_ other: String) -> Bool { ImageNamePattern(file).matches(other) }
        var streams: Set<String> = []
        var changes: [StreamChange] = []
        for (earlier, run) in steps.prefix(index).enumerated() where run.host == host && run.refusal == nil {
            let moment = WordHistory.Moment(step: earlier)
            switch run.step.action {
            case .createStream(let stream, let creation) where isFile(creation.value.fileName):
                if let stream { streams.insert(stream) }
                let hasRule = creation.value.rules.contains(bit)
                changes.append(
                    StreamChange(
                        moment: moment, isThere: true, hasRule: hasRule, isContext: true,
                        words: "The context was created with\(hasRule ? "" : "out") the rule", place: run.place))
            case .deleteStream(let stream) where streams.contains(stream):
                changes.append(
                    StreamChange(
                        moment: moment, isThere: false, hasRule: false, isContext: true,
                        words: "The context was deleted", place: run.place))
            case .setStreamRules(let stream, let change) where streams.contains(stream):
                let (set, cleared) = change.value.masks
                if (set | cleared) & bit.rawValue == 0 { continue }
                let hasRule = set & bit.rawValue != 0
                changes.append(
                    StreamChange(
                        moment: moment, isThere: true, hasRule: hasRule,
                        words: "A step \(hasRule ? "set" : "cleared") the rule", place: run.place))
            default: break
            }
            guard case .loadImage(_, let load) = run.step.action, isFile(load.value.fullImageName.text) else {
                continue
            }
            for message in logs[host].made(by: earlier)
            where message.message.operation == .sync(.newImageLoadPerStream) && message.clearedRule != nil {
                changes.append(
                    StreamChange(
                        moment: end(of: message, madeIn: earlier, on: host), isThere: true, hasRule: false,
                        words: "The acknowledgment of #\(message.sequence) cleared the rule (SYN-9)", place: run.place))
            }
        }
        return changes.filter { $0.moment.step < index }.sorted { $0.moment < $1.moment }
    }
}
