import Bytes
import Console
import HTMLReport
import Messages
import Replay

extension ReplayCommand {
    /// Judges the result and prints it.
    ///
    /// - Throws: Exit code 1 if a gate is not passed, 3 if the engine could not be reached.
    func judge(_ result: inout ReplayResult) throws(CommandFailure) {
        let gates = gates.gates(of: result.report)
        result.report.gates = gates.map(\.result)
        let report = result.report
        if hasResult(report) { try deliver(html: ReplayPage(report, pageNotes(on: result)).html) }
        if output.json {
            try StandardStream.output.deliver(String(decoding: result.json, as: UTF8.self))
        } else if hasResult(report), !output.printsHTML {
            try StandardStream.output.deliver(
                ReplaySummary(report, notes(on: result)).text(in: TerminalStyle(color, of: .output)))
        }
        try conclude(result)
        let unanswered = report.losses.filter { $0.reason == NTStatus.portDisconnected.name }
        if result.usesWebhook, !unanswered.isEmpty {
            let count = unanswered.reduce(0) { $0 + $1.count }
            let times = unanswered.flatMap { [$0.first.time, $0.last.time] }.sorted()
            throw CommandFailure(
                status: .failed,
                message: "the engine was unreachable for \(count.counted("message")), from "
                    + "\(times[0]) to \(times[times.count - 1])".escapingInvisible)
        }
        let failed = gates.filter { !$0.result.passed }
        if !failed.isEmpty {
            throw CommandFailure(status: .notMet, lines: failed.map(\.line).joined(separator: "\n"))
        }
    }

    /// Whether anything was applied, or need not be.
    func hasResult(_ report: ReplayReport) -> Bool { report.total.applied > 0 || allowEmpty }

    /// Says what was not read.
    ///
    /// - Throws: Exit code 2 if a file could not be read to its end, or nothing was applied.
    func conclude(_ result: ReplayResult) throws(CommandFailure) {
        for line in result.unread.lines { StandardStream.error.line(line.escapingInvisible) }
        if let fault = result.fault { throw fault }
        if !hasResult(result.report) {
            throw CommandFailure(
                status: .usage,
                message: EmptyReplay(result.report.total, of: files, result.unread, format: format).description)
        }
    }

    /// Refuses a recording without events of the requested machine.
    func checkMachine(_ report: ReplayReport) throws(CommandFailure) {
        guard let machine, report.machines.isEmpty, !report.total.machines.isEmpty else { return }
        throw CommandFailure(
            status: .usage,
            message: "--machine: no events of \(machine); there are \(report.total.machines.joined(separator: ", "))")
    }
}
