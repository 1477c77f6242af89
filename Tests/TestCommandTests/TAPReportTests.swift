import Scenarios
import Testing

@testable import TestCommand

@Suite struct TAPReportTests {
    @Test func `each case is a test point, with the explanation as YAML`() {
        let report = ReportSamples.run(
            [ReportSamples.pass(), ReportSamples.skip(because: "a #1 reason"), ReportSamples.fail(count: 2)],
            faults: [RunReport.FileFault(file: "b.yaml", line: 6, path: "steps[2]", detail: "is unknown")])
        #expect(
            TAPReport(report).text == ##"""
                TAP version 14
                1..4
                not ok 1 - b.yaml: wrong scenario file
                  ---
                  severity: "error"
                  file: "b.yaml"
                  line: 6
                  expected: "a valid scenario file"
                  found: "1 fault"
                  why:
                    - "line 6: steps[2]: is unknown"
                  ...
                ok 2 - tests/a.scenario.yaml: passes
                ok 3 - tests/a.scenario.yaml: skipped # SKIP a \#1 reason
                not ok 4 - tests/a.scenario.yaml: fails
                  ---
                  severity: "fail"
                  file: "tests/a.scenario.yaml"
                  line: 10
                  expected: "exactly 1 LoadImage"
                  found: "0 among 2 messages of step 1"
                  why:
                    - "why it did not come"
                    - "  No step loads an image."
                  more:
                    - line: 11
                      expected: "exactly 1 LoadImage"
                      found: "0 among 2 messages of step 1"
                      why:
                        - "why it did not come"
                        - "  No step loads an image."
                  ...
                # PASS 1  FAIL 1  SKIP 1  ERROR 1   of 3 cases and 1 wrong file in 2 files

                """##)
    }

    @Test func `a run without cases is skipped as a whole`() {
        #expect(
            TAPReport(ReportSamples.run()).text
                == "TAP version 14\n1..0 # SKIP no case\n# PASS 0  FAIL 0  SKIP 0  ERROR 0   of 0 cases in 0 files\n")
    }

    @Test(arguments: ReportSamples.hostileNames)
    func `no line begins with text from outside, and no name is a directive`(name: String) {
        let report = ReportSamples.run(
            [
                ReportSamples.fail(name, because: name), ReportSamples.error(name, detail: name),
                ReportSamples.skip(name, because: name), ReportSamples.pass(name, in: name),
            ], faults: [RunReport.FileFault(file: name, line: nil, path: name, detail: name)])
        let lines = TAPReport(report).text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(lines.prefix(2) == ["TAP version 14", "1..5"])
        for line in lines.dropFirst(2) {
            let isPoint = line.hasPrefix("ok ") || line.hasPrefix("not ok ")
            #expect(isPoint || line.hasPrefix("  ") || line.hasPrefix("# PASS"), "\(line)")
            // The only # without a backslash begins our own directive.
            var marks = 0
            var isEscaped = false
            for scalar in line.unicodeScalars {
                if scalar == "#", !isEscaped { marks += 1 }
                isEscaped = scalar == "\\" && !isEscaped
            }
            if isPoint { #expect(marks == (line.hasPrefix("ok 4 ") ? 1 : 0), "\(line)") }
            #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "\u{2028}" })
        }
    }
}
