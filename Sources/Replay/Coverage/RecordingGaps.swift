import Driver
import Messages

/// The conditions, messages and events that a recording of Sysmon cannot contain, with the reasons.
enum RecordingGaps {
    /// Why a condition is never true, or never false, in a recording; nil if other events, rules or settings can change
    /// that.
    static func why(_ check: Check, neverIs outcome: Bool) -> String? {
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
        case (.hasCreateThreadNotifyRoutineEx, false): "only the setting createThreadNotifyRoutineEx changes this"
        case (.accessDenied, true): "this requires an engine that denies processes"
        default: nil
        }
    }

    /// Why a recording never causes a type of message; nil if it can.
    static func why(neverMade type: MessageType) -> String? {
        switch (type.kind, type.operation) {
        case (.sync, .sync(.newThreadSameProcess)): why(.sameProcess, neverIs: true)
        case (.sync, .sync(.newThreadAndCmdLine)): why(.commandLineDiffers, neverIs: true)
        case (.sync, .sync(.newImageLoadPerStream)): why(.streamContext, neverIs: true)
        default: nil
        }
    }

    /// The gaps of the recording whose counts are in `tally`, one phrase each. If it `isNewestFirst`, the last event of a
    /// machine happened before its first one, and the recording must be read from its end.
    static func of(_ tally: Tally, isNewestFirst: Bool) -> [String] {
        var gaps: [String] = []
        if isNewestFirst {
            gaps.append(
                "its last event happened before its first one: the newest record is first, and it should be read from "
                    + "its end (replay --order reverse)")
        }
        if tally.processesSynthesised > 0 {
            gaps.append(
                "processes that ran before their first record: \(tally.processesSynthesised), of which "
                    + "\(tally.processesCompleted) got a creation later; the others have no CreateProcess message, "
                    + "command line, parent or session")
        }
        let recorded = DriverEvent.table.compactMap { line in
            line.sysmon.map { (form: $0, isApplied: tally.applied(line.event) > 0) }
        }
        for (form, isApplied) in recorded where isApplied {
            if let limits = form.limits { gaps.append("event \(form.id) \(limits)") }
        }
        for (form, isApplied) in recorded where !isApplied { gaps.append("no event \(form.id): no \(form.lacks)") }
        let counted: [(SkipReason, String, String)] = [
            (.processOpen, "records of opened processes (event 10)", ": the model has no handle callbacks"),
            (.registry, "records of registry operations (events 12 to 14)", ": the model has no registry callbacks"),
            (.unmappedEvent, "records of other Sysmon events", ": no routine corresponds to them"),
            (.otherChannel, "records of other channels", ""),
            (.afterExit, "records that name a process after its exit", ""),
            (.pidUnresolved, "records whose ProcessGuid has no pid in any other record", ""),
            (.noHost, "records of machines for which no more hosts could be created", ""),
        ]
        gaps += counted.filter { tally.skipped($0.0) > 0 }.map { "\(tally.skipped($0.0)) × \($0.1)\($0.2)" }
        return gaps
    }
}
