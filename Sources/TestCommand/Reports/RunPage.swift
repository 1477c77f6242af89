import Bytes
import HTML
import HTMLReport
import Replay
import Scenarios

/// The report of a run as a page (REP-6): what did not pass first, and open.
///
/// Scenarios, recordings and engines are not trusted: `HTMLWriter` escapes their texts, and every list has a limit.
struct RunPage {
    private let report: RunReport
    private let paths: ShownPaths
    /// Whether real durations are shown, which differ from run to run.
    private let timings: Bool

    /// The most bytes of cases with explanations.
    private static let mostCaseBytes = 1200 << 10

    init(_ report: RunReport, timings: Bool) {
        (self.report, self.timings) = (report, timings)
        paths = ShownPaths(report.cases.map(\.file) + report.faults.map(\.file))
    }

    /// The page.
    var html: [UInt8] {
        ReportFrame("\(RunText.counts(of: report)): wdfilterd test").page(header: writeHeader) { html in
            write(report.cases.filter { $0.verdict == .fail }, "failed", "Failed", to: &html)
            writeFaults(to: &html)
            write(report.cases.filter { $0.verdict == .error }, "errors", "Not run because of an error", to: &html)
            let flaky = report.cases.filter { $0.verdict == .pass && !$0.flaky.isEmpty }
            write(flaky, "flaky", "Passed, but not at once", to: &html)
            let explained = report.cases.filter { $0.verdict == .pass && !$0.held.isEmpty }
            write(explained, "explained", "Explained", to: &html)
            writeTable(report.cases.filter { $0.verdict == .skip }, "skipped", "Skipped", to: &html)
            writeTable(report.cases.filter { $0.verdict == .pass }, "passed", "Passed", to: &html)
            if let coverage = report.coverage { html.write(coverage) }
        }
    }

    // MARK: Header

    private func writeHeader(to html: inout HTMLWriter) {
        html.element(.h1, text: headline)
        html.element(.p, .class("dim"), text: subject)
        for warning in RunText.warnings(on: report) { html.element(.p, .class("warning"), text: "Warning: \(warning)") }
        if let obstacle = report.obstacle {
            html.element(.p, .class("warning"), text: "No case could be run: \(obstacle)")
        }
        let sums = report.sums
        html.element(.dl, .class("tiles")) { html in
            html.tile(sums.pass.grouped, "passed")
            html.tile(sums.fail.grouped, "failed", isGood: sums.fail == 0)
            html.tile(sums.error.grouped, "errors", isGood: sums.error == 0)
            html.tile(sums.skip.grouped, "skipped")
            if sums.flaky > 0 { html.tile(sums.flaky.grouped, "flaky", isGood: false) }
            if let coverage = report.coverage {
                html.tile("\(coverage.percent) %", "coverage: \(coverage.reached) of \(coverage.outcomes) outcomes")
            }
        }
    }

    private var headline: String {
        let (sums, count) = (report.sums, report.cases.count.counted("case"))
        if sums.fail + sums.error == 0 {
            if sums.pass == 0 { return "\(count), none run" }
            return sums.skip == 0
                ? "\(count) without a failure" : "\(sums.pass.grouped) of \(count) passed, \(sums.skip.grouped) not run"
        }
        let parts = [
            sums.fail > 0 ? "\(sums.fail.grouped) failed" : nil, sums.error > 0 ? sums.error.counted("error") : nil,
        ]
        return parts.compactMap(\.self).joined(separator: ", ") + " in \(count)"
    }

    private var subject: String {
        let virtual = report.cases.reduce(0) { $0 + $1.virtualNanoseconds }
        let parts = [
            "\(report.fileCount.counted("file"))", report.shard.map { "shard \($0) of \($0.total.counted("case"))" },
            report.engine.map { "engine \($0)" }, report.server.map { "server \($0)" },
            virtual > 0 ? "virtual time \(RunText.span(virtual))" : nil,
            timings ? "\(RunText.hundredths(report.seconds)) s" : nil, "wdfilterd \(report.version)",
        ]
        return parts.compactMap(\.self).joined(separator: " · ")
    }

    // MARK: Cases

    private func write(_ cases: [CaseReport], _ id: StaticString, _ title: String, to html: inout HTMLWriter) {
        if cases.isEmpty { return }
        html.heading(id, "\(title): \(cases.count.grouped)")
        let limit = html.bytes.count + Self.mostCaseBytes / 3
        let written = html.each(cases, most: 300, within: limit) { html, item in
            CasePart(item, at: paths[item.file], of: report, timings: timings).write(to: &html)
        }
        html.more(cases.count - written, whereToFind: "--json has all")
    }

    private func writeFaults(to html: inout HTMLWriter) {
        if report.faults.isEmpty { return }
        html.heading("faults", "Wrong files: \(report.wrongFiles.count.grouped)")
        ReportTable("Faults of files that could not be read", [.text("file"), .number("line"), .text("fault")])
            .write(report.faults, to: &html) { fault in
                [
                    .code(paths[fault.file]), fault.line.map { .number($0) } ?? .text(""),
                    .text((fault.path.isEmpty ? "" : fault.path + ": ") + fault.detail),
                ]
            }
    }

    private func writeTable(_ cases: [CaseReport], _ id: StaticString, _ title: String, to html: inout HTMLWriter) {
        if cases.isEmpty { return }
        html.heading(id, "\(title): \(cases.count.grouped)")
        let isSkipped = cases[0].verdict == .skip
        let columns: [ReportTable.Column] = [.text("case"), .text("file"), .number("line"), .number("virtual time")]
        ReportTable(
            "\(title) cases", columns + (timings ? [.number("time")] : []) + (isSkipped ? [.text("reason")] : [])
        ).write(cases, to: &html) { item in
            [
                .text(item.title), .code(paths[item.file]), .number(item.line),
                .value(
                    item.virtualNanoseconds > 0 ? RunText.span(item.virtualNanoseconds) : "",
                    sortedBy: Int(clamping: item.virtualNanoseconds)),
            ] + (timings ? [.delay(UInt64(max(0, item.seconds) * 1e6))] : [])
                + (isSkipped ? [.text(item.reason ?? "")] : [])
        }
    }
}

/// Paths of files without the folders of the machine: relative ones as they were given, and absolute ones from the folder on that
/// all of them have in common (REP-5).
struct ShownPaths {
    /// The folders that all absolute paths begin with.
    private let common: [Substring]

    init(_ paths: [String]) {
        let folders = paths.filter { $0.hasPrefix("/") }.map { $0.split(separator: "/").dropLast() }
        common = folders.dropFirst().reduce(folders.first.map { Array($0) } ?? []) { common, folders in
            Array(zip(common, folders).prefix { $0 == $1 }.map(\.0))
        }
    }

    subscript(path: String) -> String {
        if !path.hasPrefix("/") { return path }
        let parts = path.split(separator: "/")
        return parts.starts(with: common)
            ? parts.dropFirst(common.count).joined(separator: "/") : parts.last.map { String($0) } ?? path
    }
}
