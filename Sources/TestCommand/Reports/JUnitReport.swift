import Bytes
import Console
import Messages
import Scenarios

/// The report of a run as JUnit XML: a test suite for each file, a test case for each case.
struct JUnitReport {
    /// The most bytes of one explanation: GitLab reads at most 30 MB.
    static let mostExplained = 65_536
    /// The most bytes of a message, which is one line.
    static let mostMessage = 1000

    let text: String

    init(_ report: RunReport) {
        let suites = Suite.all(of: report)
        let body = suites.map { $0.xml(of: report) }.joined()
        let sums = suites.reduce(into: Sums()) { $0.add($1.sums) }
        text =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<testsuites name=\"wdfilterd test\" \(sums.attributes)>\n\(body)</testsuites>\n"
    }

    /// How many cases of a suite ended in each way.
    fileprivate struct Sums {
        var tests = 0
        var failures = 0
        var errors = 0
        var skipped = 0
        var milliseconds = 0

        mutating func add(_ other: Sums) {
            tests += other.tests
            failures += other.failures
            errors += other.errors
            skipped += other.skipped
            milliseconds += other.milliseconds
        }

        mutating func add(_ report: CaseReport) {
            tests += 1
            milliseconds += report.milliseconds
            switch report.verdict {
            case .pass: break
            case .skip: skipped += 1
            case .fail: failures += 1
            case .error: errors += 1
            }
        }

        var attributes: String {
            "tests=\"\(tests)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\""
                + " time=\"\(JUnitReport.seconds(milliseconds))\""
        }
    }

    /// The cases of one file, or the faults of one.
    private struct Suite {
        let file: String
        var cases: [CaseReport] = []
        var faults: RunReport.WrongFile?
        /// The file as tools show it; unique in a report.
        var className = ""

        /// The suites of a report: wrong files first, as in the text.
        static func all(of report: RunReport) -> [Suite] {
            var suites = report.wrongFiles.map { Suite(file: $0.file, faults: $0) }
            var positions: [String: Int] = [:]
            for item in report.cases {
                if let position = positions[item.file] {
                    suites[position].cases.append(item)
                } else {
                    positions[item.file] = suites.count
                    suites.append(Suite(file: item.file, cases: [item]))
                }
            }
            let names = Dictionary(suites.map { (className(of: $0.file), 1) }, uniquingKeysWith: +)
            for index in suites.indices {
                let name = className(of: suites[index].file)
                suites[index].className = names[name] == 1 ? name : className(of: suites[index].file, keepsSuffix: true)
            }
            return suites
        }

        /// The path with dots for slashes, without the suffix.
        private static func className(of path: String, keepsSuffix: Bool = false) -> String {
            let suffixes = [".scenario.yaml", ".scenario.yml", ".scenario.json", ".yaml", ".yml", ".json"]
            let suffix = keepsSuffix ? nil : suffixes.first { path.hasSuffix($0) && path.count > $0.count }
            let parts = path.dropLast(suffix?.count ?? 0).split(separator: "/").filter { $0 != "." }
            return parts.joined(separator: ".")
        }

        var sums: Sums {
            var sums = Sums()
            for item in cases { sums.add(item) }
            if faults != nil { (sums.tests, sums.errors) = (sums.tests + 1, sums.errors + 1) }
            return sums
        }

        func xml(of report: RunReport) -> String {
            var lines = [
                "  <testsuite name=\(XMLText.attribute(file.escapingInvisible)) \(sums.attributes)"
                    + " timestamp=\"\(report.started.isoSecond)\" hostname=\"localhost\">",
                "    <properties>",
            ]
            for (name, value) in properties(of: report) {
                lines.append("      <property name=\"\(name)\" value=\(XMLText.attribute(value))/>")
            }
            lines.append("    </properties>")
            if let faults { lines.append(xml(of: faults)) }
            lines += cases.map { xml(of: $0, in: report) }
            lines.append("  </testsuite>")
            return lines.joined(separator: "\n") + "\n"
        }

        private func properties(of report: RunReport) -> [(String, String)] {
            var properties = [
                ("wdfilterd.version", report.version), ("engine", report.engine ?? "embedded"),
                ("time", report.time.rawValue),
            ]
            if let shard = report.shard { properties.append(("shard", "\(shard)")) }
            return properties
        }

        private func xml(of faults: RunReport.WrongFile) -> String {
            let head = testCase(RunReport.WrongFile.caseName, 0, line: faults.faults.first?.line ?? 1)
            return head + ">\n" + element("error", "scenario", faults.headline, faults.text) + "\n    </testcase>"
        }

        private func xml(of item: CaseReport, in report: RunReport) -> String {
            let head = testCase(item.title, item.milliseconds, line: item.shownLine)
            var children: [String] = []
            switch item.verdict {
            case .pass: break
            case .skip:
                children.append(
                    "      <skipped message=\(XMLText.attribute(item.headline.cut(toBytes: JUnitReport.mostMessage)))/>"
                )
            case .fail: children.append(element("failure", "expectation", item.headline, explanation(of: item, report)))
            case .error:
                let origin = item.error?.origin ?? .wdfilterd
                children.append(element("error", origin.rawValue, item.headline, explanation(of: item, report)))
            }
            if let first = item.flaky.first { children.append(flakyFailure(first, item)) }
            if children.isEmpty { return head + "/>" }
            return head + ">\n" + children.joined(separator: "\n") + "\n    </testcase>"
        }

        private func testCase(_ name: String, _ milliseconds: Int, line: Int) -> String {
            "    <testcase classname=\(XMLText.attribute(className.escapingInvisible)) name=\(XMLText.attribute(name.escapingInvisible))"
                + " time=\"\(JUnitReport.seconds(milliseconds))\" file=\(XMLText.attribute(file)) line=\"\(line)\""
        }

        private func explanation(of item: CaseReport, _ report: RunReport) -> String {
            TextReport(item, of: report, in: .plain).text
        }

        private func element(_ name: String, _ type: String, _ message: String, _ text: String) -> String {
            "      <\(name) type=\"\(type)\" message=\(XMLText.attribute(message.cut(toBytes: JUnitReport.mostMessage)))>"
                + XMLText.content(text.cut(toBytes: JUnitReport.mostExplained)) + "</\(name)>"
        }

        /// The first failure of a case that passed later, in Surefire's form.
        private func flakyFailure(_ first: FailureReport, _ item: CaseReport) -> String {
            let text = item.flaky.flatMap { FailureText($0, at: "\(file.escapingInvisible):\($0.line)").lines }
            return "      <flakyFailure type=\"expectation\" message="
                + XMLText.attribute(first.headline.cut(toBytes: JUnitReport.mostMessage)) + "><stackTrace>"
                + XMLText.content(text.joined(separator: "\n").cut(toBytes: JUnitReport.mostExplained))
                + "</stackTrace></flakyFailure>"
        }
    }

    /// A number of seconds, as short as possible: `0.0`, `1.25`.
    fileprivate static func seconds(_ milliseconds: Int) -> String {
        var fraction = String(String(milliseconds % 1000 + 1000).dropFirst())
        while fraction.count > 1, fraction.last == "0" { fraction.removeLast() }
        return "\(milliseconds / 1000).\(fraction)"
    }
}

extension CaseReport {
    fileprivate var milliseconds: Int { Int((max(0, seconds) * 1000).rounded()) }
}

extension FileTime {
    /// `2026-11-29T03:01:40Z`: many readers take no fraction.
    fileprivate var isoSecond: String { String(rfc3339.prefix { $0 != "." && $0 != "Z" }) + "Z" }
}
