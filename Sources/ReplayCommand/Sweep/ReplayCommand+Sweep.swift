import ArgumentParser
import Bytes
import Console
import JSON
import Logging
import Replay

extension ReplayCommand {
    /// Refuses options that a sweep cannot have.
    func checkSweep() throws(ValidationError) {
        if sweep.isEmpty {
            if output.points != nil { throw ValidationError("--points requires --sweep") }
            return
        }
        func refuse(_ option: String, _ reason: String) throws(ValidationError) {
            throw ValidationError("--sweep cannot be combined with \(option): \(reason)")
        }
        if pace == .asap { try refuse("--pace asap", "only at a pace can an engine be too slow") }
        if engine.url != nil { try refuse("--engine-url", "a webhook has its own speed") }
        if server.url != nil { try refuse("--server", "a service uses its own engines and real time") }
        if format == .native { try refuse("--format native", "native lines have no times") }
        if output.messages != nil { try refuse("--messages", "each point has messages of its own; see --points") }
        if output.compare != nil { try refuse("--compare", "each point has losses of its own") }
        if gates.areGiven { try refuse("gates", "each point has figures of its own") }
        if output.coverage { try refuse("--coverage", "the page shows the points only") }
        guard sweep.count <= 2 else { throw ValidationError("--sweep can be given twice at most") }
        let names = sweep.map(\.parameter)
        if names.count == 2, names[0] == names[1] {
            throw ValidationError("--sweep \(names[0].rawValue) is given twice; write one list")
        }
        let count = sweep.reduce(1) { $0 * $1.values.count }
        guard count <= SweepAxis.mostPoints else {
            throw ValidationError(
                "the grid has \(count) points, at most \(SweepAxis.mostPoints) are allowed; write fewer values, "
                    + "such as latency=1ms..2s:10")
        }
        let fixed: [(SweepAxis.Parameter, String, isGiven: Bool)] = [
            (.latency, "--engine-latency", engine.latency != nil), (.queue, "--queue-limit", engine.queueLimit != nil),
            (.failEvery, "--engine-fail-every", engine.failEvery != nil),
            (.queue, "--set \(ReplayEngineOptions.queueLimitKey)", engine.setsQueueLimit),
        ]
        for (parameter, option, isGiven) in fixed where isGiven && names.contains(parameter) {
            try refuse(option, "the sweep sets it")
        }
    }

    /// Sweeps, and prints the result.
    func runSweep(
        _ machinesWithSysmon: Set<String>, _ progress: ReplayProgress, _ logger: Logger
    ) throws(CommandFailure) {
        let replay = try SweepReplay(self, machinesWithSysmon: machinesWithSysmon, progress: progress, logger: logger)
        defer { progress.clear() }
        let outcome = try replay.run { recordings(machinesWithSysmon, progress) }
        progress.clear()
        try checkMachine(outcome.report)
        if let path = output.points, hasResult(outcome.report) {
            try ReportFile(path).write(CSVLine.isName(path) ? outcome.result.csv : outcome.result.ndjson)
        }
        let result = ReplayResult(
            outcome.report, usesWebhook: false, engineName: "", unusedPolicies: outcome.unusedPolicies,
            unread: outcome.unread, fault: outcome.fault, sweep: outcome.result)
        if hasResult(outcome.report) {
            try deliver(html: SweepPage(outcome.result, outcome.report, pageNotes(on: result)).html)
        }
        if output.json {
            try StandardStream.output.deliver(String(decoding: result.json, as: UTF8.self))
        } else if hasResult(outcome.report), !output.printsHTML {
            try StandardStream.output.deliver(
                outcome.result.text(
                    outcome.report, pace, warningsAndHint(about: result), in: TerminalStyle(color, of: .output)))
        }
        try conclude(result)
    }
}
