import Bytes
import Console
import Replay

/// The report of a replay as readable text.
///
/// Recordings and services are not trusted: control characters are escaped.
struct ReplaySummary {
    let report: ReplayReport

    init(_ report: ReplayReport) { self.report = report }

    /// One row for each machine that got a host.
    var machineRows: [[String]] {
        report.machines.map { machine in
            let events = machine.events
            return [
                escaped(machine.name ?? "native events"), escaped(machine.host?.name ?? ""), grouped(events.lines),
                grouped(events.applied), grouped(events.messages.total),
            ]
        }
    }

    /// One row for each type of message.
    var deliveryRows: [[String]] {
        report.deliveries.map { delivery in
            let ends = delivery.ends
            return [escaped("\(delivery.type)")]
                + [ends.sent + ends.lost, ends.sent, ends.failed, ends.notSent, ends.dropped].map(grouped)
        }
    }

    /// One row for each of the `limit` largest losses, with its machine if `namesMachine`.
    func lossRows(_ limit: Int, namesMachine: Bool) -> [[String]] {
        report.losses.sorted { $0.count > $1.count }.prefix(limit).map { loss in
            (namesMachine ? [escaped(loss.machine ?? "")] : []) + [
                escaped("\(loss.type)"), escaped(loss.reason), process(of: loss), grouped(loss.count), text(loss.first),
                loss.count > 1 ? text(loss.last) : "",
            ]
        }
    }

    private func process(of loss: ReplayReport.Loss) -> String {
        let processId = loss.processId.map(String.init) ?? "-"
        return loss.imageFileName.map { "\(processId) \(fileName(escaped($0)))" } ?? processId
    }

    private func text(_ message: ReplayReport.Loss.Message) -> String {
        // 2020-02-21T10:15:30.1234567Z is 10:15:30.123 here: the date is the recording's.
        let time = String(escaped(message.time).dropFirst(11).prefix(12))
        return [time, message.subject.map { fileName(escaped($0)) }].compactMap(\.self).joined(separator: " ")
    }

    private func fileName(_ path: String) -> String { String(path.split(separator: "\\").last ?? "") }

    /// The counts with their names, largest first; `none` without counts.
    func list(_ counts: [String: Int], _ none: String) -> String {
        let sorted = counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
        return sorted.isEmpty ? none : sorted.map { "\(grouped($0.value)) \(escaped($0.key))" }.joined(separator: ", ")
    }

    func escaped(_ text: String) -> String { text.escapingInvisible }

    func grouped(_ number: Int) -> String { number.grouped }
}
