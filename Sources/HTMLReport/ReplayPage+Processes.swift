import Bytes
import Driver
import HTML
import Messages
import Replay

extension ReplayPage {
    /// The processes that messages are about, with the rules that the settings gave them.
    func writeProcesses(to html: inout HTMLWriter) {
        if report.processes.isEmpty { return }
        html.heading("processes", "Processes")
        let hasDelays = !report.delays.isEmpty
        let rules = report.settings.flatMap(ArmedRules.init)
        let columns: [ReportTable.Column] = [.text("process"), .number("messages"), .number("lost")]
        let delays: [ReportTable.Column] = hasDelays ? [.number("after exit"), .number("longest delay")] : []
        ReportTable(
            "Processes, those with most losses first",
            columns + delays + [.text("image")] + (rules == nil ? [] : [.text("rules at creation")]) + machineColumn(),
            mostRows: 500
        )
        .write(report.processes, to: &html, whereToFind: notes.whereToFind) { process in
            let late: [ReportCell] = [.number(process.afterExit), .delay(process.longestDelay)]
            return [
                self.process(process.processId, process.imageFileName), .number(process.messages),
                .losses(process.lost),
            ] + (hasDelays ? late : []) + [.code(process.imageFileName ?? "")]
                + (rules.map { [.code($0.names(for: process.imageFileName))] } ?? []) + machineCell(process.machine)
        }
        if report.processesUnlisted > 0 {
            html.element(
                .p, .class("dim"),
                text: "\(report.processesUnlisted.counted("message")) of other processes, or of none, are only counted."
            )
        }
    }
}

/// The rules that the settings of a replay give processes by their image.
private struct ArmedRules {
    private let policies: RulePolicySet

    /// Nil if they give none.
    init?(_ settings: ReplaySettings) {
        if settings.rules.isEmpty && settings.policies.isEmpty { return nil }
        let all = [ReplaySettings.Policy(imageFileName: "*", rules: settings.rules)] + settings.policies
        let policies = all.map { policy in
            RulePolicy(
                imageFileName: policy.imageFileName,
                rules: policy.rules.compactMap { ProcessRules($0) }.reduce(into: []) { $0.formUnion($1) })
        }
        guard RulePolicySet.excess(of: policies) == nil else { return nil }
        self.policies = RulePolicySet(policies)
    }

    func names(for imageFileName: String?) -> String {
        guard let imageFileName else { return "" }
        return policies.grant(for: UnicodeString(imageFileName)).rules.names.joined(separator: ", ")
    }
}
