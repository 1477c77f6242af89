import Scenarios
import Testing

@testable import TestCommand

@Suite struct WorkflowCommandsTests {
    @Test func `a failure is an annotation of its line, with the explanation`() {
        let annotations = Annotation.all(of: ReportSamples.run([ReportSamples.fail("a: b, c 100%")]))
        #expect(
            annotations.map(\.command) == [
                "::error file=tests/a.scenario.yaml,line=10,title=a%3A b%2C c 100%25::expected exactly 1 LoadImage, found 0"
                    + " among 2 messages of step 1%0A%0A  why it did not come%0A    No step loads an image."
            ])
    }

    @Test func `the first ten faults, errors and failures are annotated`() {
        let faults = (1...4).map { RunReport.FileFault(file: "./b.yaml", line: $0, path: "steps", detail: "is wrong") }
        let cases = [ReportSamples.pass(), ReportSamples.error(), ReportSamples.skip(), ReportSamples.fail(count: 20)]
        let annotations = Annotation.all(of: ReportSamples.run(cases, faults: faults))
        #expect(annotations.map(\.line) == [1, 2, 3, 4, 7, 10, 11, 12, 13, 14])
        #expect(
            annotations[0].command == "::error file=b.yaml,line=1,title=wrong scenario file::line 1: steps: is wrong")
    }

    @Test(arguments: ReportSamples.hostileNames)
    func `an annotation is one line with one command`(name: String) {
        let report = ReportSamples.run(
            [ReportSamples.fail(name, because: name), ReportSamples.error(name, detail: name)],
            faults: [RunReport.FileFault(file: name, line: nil, path: name, detail: name)])
        let commands = Annotation.all(of: report).map(\.command)
        #expect(commands.count == 3)
        for command in commands {
            #expect(command.hasPrefix("::error file="))
            #expect(command.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{2028}" })
            let properties = command.unicodeScalars.dropFirst(2).prefix { $0 != ":" }
            #expect(properties.split(separator: ",").count == 3, "\(command)")
            #expect(String(properties).contains(",line=") && String(properties).contains(",title="))
        }
    }

    @Test func `a text is at most 4 KiB before it is escaped`() {
        let report = ReportSamples.run([ReportSamples.fail(because: String(repeating: "%", count: 10_000))])
        #expect(Annotation.all(of: report)[0].text.utf8.count <= Annotation.mostText)
    }
}

@Suite struct StepSummaryTests {
    @Test func `the cases that did not pass are rows of a table`() {
        let report = ReportSamples.run(
            [ReportSamples.pass(), ReportSamples.skip(), ReportSamples.fail()],
            faults: [RunReport.FileFault(file: "b.yaml", line: 6, path: "steps[2]", detail: "is unknown")])
        #expect(
            StepSummary(report).text == #"""
                ### wdfilterd test

                PASS 1  FAIL 1  SKIP 1  ERROR 1   of 3 cases and 1 wrong file in 2 files

                | | Case | Line | Reason |
                |---|---|---|---|
                | ERROR | wrong scenario file | b\.yaml\:6 | line 6\: steps\[2\]\: is unknown |
                | SKIP | skipped | tests\/a\.scenario\.yaml\:3 | needs a service |
                | FAIL | fails | tests\/a\.scenario\.yaml\:10 | expected exactly 1 LoadImage\, found 0 among 2 messages of step 1 |


                """#)
    }

    @Test func `it has no table if all passed`() {
        #expect(!StepSummary(ReportSamples.run([ReportSamples.pass()])).text.contains("|"))
    }

    @Test(arguments: ReportSamples.hostileNames)
    func `no text from outside is markup, or ends its cell`(name: String) {
        let report = ReportSamples.run(
            [
                ReportSamples.fail(name), ReportSamples.error(name, detail: name),
                ReportSamples.skip(name, because: name),
            ],
            faults: [RunReport.FileFault(file: name, line: nil, path: name, detail: name)])
        let lines = StepSummary(report).text.split(separator: "\n")
        #expect(lines.count == 8)
        for line in lines.dropFirst(4) {
            let bare = line.replacing(/\\./, with: "")
            #expect(bare.filter { $0 == "|" }.count == 5, "\(line)")
            #expect(!bare.contains { "<>&`@*_[]#".contains($0) }, "\(line)")
        }
    }

    @Test func `it is at most 512 KiB, and says what is missing`() {
        let report = ReportSamples.run((0..<10_000).map { ReportSamples.fail("case \($0)") })
        let text = StepSummary(report).text
        #expect(text.utf8.count <= StepSummary.mostBytes)
        #expect(text.utf8.count > StepSummary.mostBytes - 1000)
        #expect(text.contains(/\n\n\d+ more cases, see the report\.\n/))
    }
}
