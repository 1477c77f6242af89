import Bytes
import Console
import JSON
import Scenarios

/// The report of a run by the Test Anything Protocol, version 14, with YAML diagnostics.
struct TAPReport {
    let text: String

    init(_ report: RunReport) {
        let points =
            report.wrongFiles.map { Point($0) } + report.cases.map { Point($0) }
        var lines = ["TAP version 14", points.isEmpty ? "1..0 # SKIP no case" : "1..\(points.count)"]
        for (index, point) in points.enumerated() {
            lines.append(
                "\(point.isOk ? "ok" : "not ok") \(index + 1) - \(TAPReport.escaped(point.name))"
                    + (point.skipReason.map { " # SKIP \(TAPReport.escaped($0))" } ?? ""))
            lines += point.diagnostics
        }
        if let obstacle = report.obstacle { lines.append("Bail out! \(TAPReport.escaped(obstacle))") }
        if let coverage = report.coverage { lines.append("# " + coverage.headline) }
        lines.append("# " + RunText.counts(of: report))
        text = lines.joined(separator: "\n") + "\n"
    }

    /// `text` where `#` and `\` mean something.
    private static func escaped(_ text: String) -> String {
        text.escapingInvisible.escaping { $0 == "#" || $0 == "\\" ? "\\\($0)" : nil }
    }

    /// One test point.
    private struct Point {
        let name: String
        let isOk: Bool
        let skipReason: String?
        let diagnostics: [String]

        init(_ file: RunReport.WrongFile) {
            name = "\(file.file): \(RunReport.WrongFile.caseName)"
            isOk = false
            skipReason = nil
            var block = Diagnostics()
            block.add("severity", "error")
            block.add("file", file.file)
            block.add("line", file.faults.first?.line)
            block.add("expected", "a valid scenario file")
            block.add("found", file.faults.count.counted("fault"))
            block.add("why", file.faults.map(\.place))
            diagnostics = block.lines
        }

        init(_ report: CaseReport) {
            name = "\(report.file): \(report.title)"
            isOk = report.verdict == .pass || report.verdict == .skip
            skipReason = report.verdict == .skip ? report.reason ?? "" : nil
            var block = Diagnostics()
            if let error = report.error {
                block.add("severity", "error")
                block.add("file", report.file)
                block.add("line", error.line ?? report.line)
                block.add("expected", "the case can be run")
                block.add("found", error.headline)
                block.add("why", [])
            }
            for (index, failure) in (report.failures + report.flaky).enumerated() {
                if index == 0, report.error == nil {
                    block.add("severity", report.flaky.isEmpty ? "fail" : "flaky")
                    block.add("file", report.file)
                    block.add(failure)
                } else {
                    block.addMore(failure)
                }
            }
            diagnostics = block.lines
        }
    }

    /// A block of YAML below a test point. Texts are written as JSON, which is YAML.
    private struct Diagnostics {
        private var body: [String] = []
        private var indent = "  "

        mutating func add(_ key: String, _ value: String) { body.append("\(indent)\(key): \(Self.quoted(value))") }

        mutating func add(_ key: String, _ value: Int?) {
            if let value { body.append("\(indent)\(key): \(value)") }
        }

        mutating func add(_ key: String, _ values: [String]) {
            body.append("\(indent)\(key):" + (values.isEmpty ? " []" : ""))
            body += values.map { "\(indent)  - \(Self.quoted($0))" }
        }

        mutating func add(_ failure: FailureReport) {
            add("line", failure.line)
            if let because = failure.because { add("because", because) }
            add("expected", failure.wanted)
            add("found", failure.actual)
            add(
                "why",
                failure.explanation.map { $0.hasPrefix("  ") ? String($0.dropFirst(2)) : $0 })
        }

        /// Adds a failure after the first one, in a list.
        mutating func addMore(_ failure: FailureReport) {
            if indent == "  " {
                body.append("  more:")
                indent = "      "
            }
            let start = body.count
            add(failure)
            body[start] = "    - " + body[start].dropFirst(indent.count)
        }

        var lines: [String] { body.isEmpty ? [] : ["  ---"] + body + ["  ..."] }

        private static func quoted(_ text: String) -> String {
            var json = JSONWriter()
            json.value(text.escapingInvisible)
            return String(decoding: json.bytes, as: UTF8.self)
        }
    }
}
