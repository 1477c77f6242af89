import Bytes
import HTML
import Replay

extension ReplayPage {
    /// What the engine did not get, most first.
    func writeLosses(to html: inout HTMLWriter) {
        html.heading("lost", "Lost messages")
        if report.lost == 0 { return html.element(.p, text: "No message was lost.") }
        let losses = report.losses.sorted { $0.count > $1.count }
        table("Messages that the engine did not get, by type, reason and process", mostBytes: 640 << 10)
            .write(losses, to: &html, whereToFind: notes.whereToFind) { cells(of: $0, count: $0.count, hasLast: true) }
        if report.lossesUnlisted > 0 {
            let noun = report.lossesUnlisted == 1 ? "message" : "messages"
            html.element(
                .p, .class("dim"),
                text: "\(report.lossesUnlisted.grouped) \(noun) of further kinds are only counted.")
        }
        let reasons = Set(report.losses.map(\.reason))
        let meanings = DeliveryLedger.Loss.Reason.meanings.filter { reasons.contains($0.name) }
        if meanings.isEmpty { return }
        html.element(.dl, .class("facts")) { html in
            for (name, words) in meanings {
                html.element(.dt) { $0.element(.code, text: name) }
                html.element(.dd, text: words)
            }
        }
    }

    /// The messages that an earlier replay lost and this one did not, and the other way round.
    func writeComparison(to html: inout HTMLWriter) {
        guard let comparison = report.comparison else { return }
        let file = notes.earlierFile ?? "the earlier report"
        html.heading("compared", "Compared with \(file)")
        if comparison.isOfOtherRecording {
            html.element(
                .p, .class("warning"),
                text: "Warning: the earlier report is of another recording, or of other options for reading it.")
        }
        if comparison.new.isEmpty, comparison.recovered.isEmpty {
            return html.element(.p, text: "Nothing is lost that was not lost before, and nothing came back.")
        }
        write(comparison.new, "Lost now, not before: \(comparison.newCount.grouped)", to: &html)
        write(comparison.recovered, "Lost before, not now: \(comparison.recoveredCount.grouped)", to: &html)
    }

    private func write(_ differences: [LossComparison.Difference], _ caption: String, to html: inout HTMLWriter) {
        if differences.isEmpty { return html.element(.p, text: caption) }
        table(caption, mostBytes: 128 << 10, hasLast: false)
            .write(differences, to: &html, whereToFind: notes.whereToFind) {
                cells(of: $0.loss, count: $0.count, hasLast: false)
            }
    }

    private func table(_ caption: String, mostBytes: Int, hasLast: Bool = true) -> ReportTable {
        let columns = [ReportTable.Column.text("message"), .text("why"), .text("process"), .number("count")]
        return ReportTable(
            caption, columns + [.text("first")] + (hasLast ? [.text("last")] : []) + machineColumn(),
            mostBytes: mostBytes)
    }

    private func cells(of loss: ReplayReport.Loss, count: Int, hasLast: Bool) -> [ReportCell] {
        func moment(_ message: ReplayReport.Loss.Message) -> ReportCell {
            .moment(clock(message.eventTime ?? message.time), message.subject)
        }
        let last = count > 1 ? moment(loss.last) : .text("")
        return [
            .text("\(loss.type)"), .text(loss.reason), process(loss.processId, loss.imageFileName), .losses(count),
            moment(loss.first),
        ] + (hasLast ? [last] : []) + machineCell(loss.machine)
    }
}
