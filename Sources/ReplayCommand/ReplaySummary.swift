import Bytes
import Console
import Messages
import Replay

/// The report of a replay as readable text.
///
/// Recordings and services are not trusted: control characters are escaped.
struct ReplaySummary {
    /// Facts that are not in the report.
    struct Notes {
        /// The engine, as the subject of a sentence.
        var engineName = ReplayAnswer.engineOfService
        /// Why no delays were measured.
        var whyNoDelays = "delays need --pace recorded"
        /// Things that the reader should know before the figures, a phrase each.
        var warnings: [String] = []
        /// Whether processes can have rules.
        var hasRules = true
        /// Whether all conditions of the driver are shown.
        var showsCoverage = false
        /// The file of the report that this one is compared with.
        var earlierFile: String?
    }

    let report: ReplayReport
    let notes: Notes

    init(_ report: ReplayReport, _ notes: Notes = Notes()) { (self.report, self.notes) = (report, notes) }

    /// Whether delays were measured.
    var hasDelays: Bool { !report.delays.isEmpty }

    /// Whether rows name their machine.
    var namesMachine: Bool { report.machines.count != 1 }

    /// One row for each machine that got a host, and one for the lines that are of none of them.
    var machineRows: [[String]] {
        let others = report.total.lines - report.machines.reduce(0) { $0 + $1.events.lines }
        let hosts = report.machines.map { machine in
            let events = machine.events
            return [
                escaped(machine.name ?? "native events"), escaped(machine.host?.name ?? ""), grouped(events.lines),
                grouped(events.applied), grouped(events.messages.total),
            ]
        }
        return others > 0 && !hosts.isEmpty ? hosts + [["other lines", "", grouped(others), "0", "0"]] : hosts
    }

    /// One row for each type of message, with its delays if they were measured.
    var deliveryRows: [[String]] {
        report.deliveries.map { delivery in
            let ends = delivery.ends
            let delay = report.delays.first { $0.type == delivery.type }
            let delays = delay.map { [$0.p50, $0.p99, $0.longest].map(DelayText.of) } ?? ["", "", ""]
            return [escaped("\(delivery.type)")]
                + [ends.sent + ends.lost, ends.sent, ends.failed, ends.notSent, ends.dropped].map(grouped)
                + (hasDelays ? delays : [])
        }
    }

    /// One row for each loss, largest first.
    var lossRows: [[String]] {
        report.losses.sorted { $0.count > $1.count }.map { loss in
            machine(loss.machine) + [
                escaped("\(loss.type)"), escaped(loss.reason), process(loss.processId, loss.imageFileName),
                grouped(loss.count), text(loss.first), loss.count > 1 ? text(loss.last) : "",
            ]
        }
    }

    /// One row for each process.
    var processRows: [[String]] {
        report.processes.map { process in
            machine(process.machine) + [
                self.process(process.processId, process.imageFileName), grouped(process.messages),
                grouped(process.lost),
            ] + (hasDelays ? [process.longestDelay.map(DelayText.of) ?? "", grouped(process.afterExit)] : [])
        }
    }

    /// One row for each difference from an earlier report.
    func rows(of differences: [LossComparison.Difference]) -> [[String]] {
        differences.map { difference in
            let loss = difference.loss
            return machine(loss.machine) + [
                escaped("\(loss.type)"), escaped(loss.reason), process(loss.processId, loss.imageFileName),
                grouped(difference.count), text(loss.first),
            ]
        }
    }

    private func machine(_ name: String?) -> [String] { namesMachine ? [escaped(name ?? "")] : [] }

    private func process(_ processId: UInt32?, _ imageFileName: String?) -> String {
        let processId = processId.map(String.init) ?? "-"
        return imageFileName.map { "\(processId) \(fileName($0))" } ?? processId
    }

    private func text(_ message: ReplayReport.Loss.Message) -> String {
        [escaped(message.clock), message.subject.map(fileName)].compactMap(\.self).joined(separator: " ")
    }

    /// The last part of a path, escaped: an escape has a backslash, too.
    func fileName(_ path: String) -> String { escaped(path.lastPathPart) }

    /// The answer in three lines.
    var answer: [String] {
        ReplayAnswer(report, engineName: notes.engineName, whyNoDelays: notes.whyNoDelays).sentences.map(escaped)
    }

    /// The counts with their names, largest first; `none` without counts.
    func list(_ counts: [String: Int], _ none: String) -> String {
        let sorted = counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
        return sorted.isEmpty ? none : sorted.map { "\(grouped($0.value)) \(escaped($0.key))" }.joined(separator: ", ")
    }

    func escaped(_ text: String) -> String { text.escapingInvisible }

    func grouped(_ number: Int) -> String { number.grouped }
}
