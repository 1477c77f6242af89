import Console
import Scenarios
import Testing

@testable import TestCommand

@Suite struct RunTextTests {
    private static func text(_ report: RunReport, isVerbose: Bool = false, isQuiet: Bool = false) -> String {
        RunText(report, isVerbose: isVerbose, isQuiet: isQuiet, style: .plain).text
    }

    @Test func `the sums are those of the cases and the wrong files`() {
        var report = ReportSamples.run(
            [ReportSamples.pass(), ReportSamples.pass("two"), ReportSamples.skip(), ReportSamples.error()],
            faults: [
                RunReport.FileFault(file: "b", line: 1, path: "", detail: "x"),
                RunReport.FileFault(file: "b", line: 2, path: "", detail: "y"),
            ])
        report.seconds = 0.314
        report.cases[0].virtualNanoseconds = 252_000_000_000
        report.shard = RunReport.Shard(number: 1, count: 2)
        report.shard?.total = 9
        #expect(
            Self.text(report, isQuiet: true)
                == "PASS 2  FAIL 0  SKIP 1  ERROR 2   of 4 cases and 1 wrong file in 2 files, shard 1/2 of 9 cases, 0.31 s"
                + " (virtual time: 4 min 12 s)\n")
    }

    @Test func `only --verbose prints what passed`() {
        let report = ReportSamples.run([ReportSamples.pass(), ReportSamples.skip()])
        #expect(!Self.text(report).contains("PASS  passes"))
        #expect(Self.text(report, isVerbose: true).contains("PASS  passes"))
        #expect(Self.text(report).contains("SKIP  skipped: needs a service"))
    }

    @Test(arguments: ReportSamples.hostileNames)
    func `control characters of names are escaped, and lines begin with ours`(name: String) {
        let report = ReportSamples.run(
            [
                ReportSamples.fail(name, because: name), ReportSamples.error(name, detail: name),
                ReportSamples.skip(name, because: name),
            ])
        for line in Self.text(report, isVerbose: true).split(separator: "\n") {
            let isOurs = ["  ", "FAIL  ", "ERROR  ", "SKIP  ", "PASS "].contains { line.hasPrefix($0) }
            #expect(isOurs, "\(line)")
            #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{2028}" && $0 != "\u{202E}" })
        }
    }
}
