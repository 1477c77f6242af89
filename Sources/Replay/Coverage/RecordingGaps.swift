import Driver
import Messages

/// The conditions, messages and events that a recording cannot contain, with the reasons. Most are limits of Sysmon: native
/// lines can express every event.
enum RecordingGaps {
    /// Why a condition is never true, or never false, in a recording; nil if other events, rules or settings can change
    /// that.
    static func why(_ check: Check, neverIs outcome: Bool, in format: EventFeed.Options.Format) -> String? {
        switch (check, outcome) {
        case (.hasCreateThreadNotifyRoutineEx, false): "only the setting createThreadNotifyRoutineEx changes this"
        case (.accessDenied, true): "this requires an engine that denies processes"
        default: format == .sysmon ? whyNotBySysmon(check, neverIs: outcome) : nil
        }
    }

    private static func whyNotBySysmon(_ check: Check, neverIs outcome: Bool) -> String? {
        switch (check, outcome) {
        case (.create, false), (.createEx, false): "Sysmon does not record the end of threads"
        case (.sameProcess, true), (.ruleNewThreadSameProcess, _):
            "event 8 only reports threads in other processes"
        case (.currentContext, false): "the target of event 8 always gets a context"
        case (.commandLineDiffers, true): "no event reports that a process changed its command line"
        case (.extendedInfoPresent, false): "each image load is assumed to include its file object"
        case (.streamContext, true), (.ruleImageLoadPerStream, _):
            "recordings have no stream contexts: create them on the host"
        case (.systemModeImage, true): "only event 6 reports kernel images"
        default: nil
        }
    }

    /// Why a recording never causes a type of message; nil if it can.
    static func why(neverMade type: MessageType, in format: EventFeed.Options.Format) -> String? {
        switch (type.kind, type.operation) {
        case (.sync, .sync(.newThreadSameProcess)): why(.sameProcess, neverIs: true, in: format)
        case (.sync, .sync(.newThreadAndCmdLine)): why(.commandLineDiffers, neverIs: true, in: format)
        case (.sync, .sync(.newImageLoadPerStream)): why(.streamContext, neverIs: true, in: format)
        default: nil
        }
    }

    /// The gaps of the recording of `format` whose counts are in `tally`, one phrase each. If it `isNewestFirst`, the last
    /// event of a machine happened before its first one, and the recording must be read from its end. `overtaken` events come
    /// after an event of another machine that happened over a second later.
    static func of(
        _ tally: Tally, in format: EventFeed.Options.Format, isNewestFirst: Bool, overtaken: Int
    ) -> [String] {
        var gaps: [String] = []
        if isNewestFirst {
            gaps.append(
                "its last event happened before its first one: the newest record is first, and it should be read from "
                    + "its end (replay --order reverse)")
        }
        if overtaken > 0 {
            let (events, they) =
                overtaken == 1 ? ("1 event stands", "it was") : ("\(overtaken) events stand", "they were")
            gaps.append(
                "\(events) behind events of another machine that happened over a second later, so \(they) late "
                    + "(replay each machine alone, with --machine)")
        }
        if tally.processesSynthesised > 0 {
            let (count, completed) = (tally.processesSynthesised, tally.processesCompleted)
            let processes = count == 1 ? "1 process ran before its" : "\(count) processes ran before their"
            gaps.append(
                "\(processes) first record: no CreateProcess message, command line or parent"
                    + (completed > 0 ? ", except \(completed) created later" : ""))
        }
        if format == .sysmon { gaps += gapsOfEvents(tally) }
        gaps += SkipReason.allCases.filter { tally.skipped($0) > 0 }.map { "\(tally.skipped($0)) × \($0.explanation)" }
        return gaps
    }

    /// The limits of the Sysmon events that the recording contains, applied or skipped, and the events that it lacks.
    private static func gapsOfEvents(_ tally: Tally) -> [String] {
        let forms = DriverEvent.table.compactMap { line in
            line.sysmon.map { (form: $0, isContained: tally.contains(line.event)) }
        }
        let limits = forms.compactMap { form, isContained in
            isContained ? form.limits.map { "event \(form.id) \($0)" } : nil
        }
        let lacks = forms.filter { !$0.isContained }.map { "no event \($0.form.id): no \($0.form.lacks)" }
        return limits + lacks
    }
}
