import Bytes
public import Replay

extension TextPage {
    /// Appends how often each condition of the driver was true and false, and the messages that were never created.
    public mutating func write(_ coverage: CoverageReport) {
        heading(coverage.headline)
        paragraph(
            "true, false: how often a condition of the driver was true, and how often it was false. Each is an outcome; the "
                + "percentage is the share of the outcomes that occurred. wdfilterd vocabulary NAME explains a name; the links "
                + "lead to the rules.")
        for routine in coverage.routines { write(routine) }
        list(
            "Messages that were never created",
            coverage.messageTypes.filter { $0.made == 0 }
                .map { "\($0.type)\($0.why.map { ": \($0)" } ?? "")".escapingInvisible })
    }

    /// Writes how often each condition of a routine was true and false, and why it could not be.
    private mutating func write(_ routine: CoverageReport.Routine) {
        let name = routine.name.escapingInvisible
        let link = routine.link.map { " (\($0))" } ?? ""
        if routine.records == 0 { return heading("\(name): never ran\(link)") }
        table(
            "\(name): ran \(routine.records.grouped), notified \(routine.notified.grouped)\(link)",
            ["true", "false", "condition"],
            routine.conditions.map { [$0.held.grouped, $0.failed.grouped, $0.check.escapingInvisible] },
            notes: routine.conditions.map { $0.why.map { $0.escapingInvisible } })
    }
}

extension CoverageReport {
    /// The coverage in one line.
    public var headline: String { "Coverage: \(percent) % (\(reached) of \(outcomes) condition outcomes)" }
}
