import HTMLTesting
import JSON

import Testing

@testable import Scenarios
@testable import TestCommand

/// The report of a run as a page (REP-6).
@Suite struct RunPageTests {
    private func check(_ report: RunReport, timings: Bool = false) -> HTMLCheck {
        let check = HTMLCheck(RunPage(report, timings: timings).html)
        #expect(check.fault == nil)
        return check
    }

    @Test func `failures come first and open, with what was expected, what came instead and why`() {
        let text = check(
            ReportSamples.run([
                ReportSamples.pass("good"), ReportSamples.skip("left out"),
                ReportSamples.fail("bad", because: "it matters"),
                ReportSamples.error("broken"),
            ])
        ).text
        let parts = [
            "1 failed, 1 error in 4 cases", "passed1", "failed1", "errors1", "skipped1", "Failed: 1", "✗ FAIL bad",
            "because", "it matters", "expected", "exactly 1 LoadImage", "found", "0 among 2 messages of step 1",
            "why it did not come", "No step loads an image.", "To run it again:",
            "wdfilterd test tests/a.scenario.yaml --explain bad", "Not run because of an error: 1", "broken",
            "a live process already has the pid 900", "Skipped: 1", "left out", "needs a service", "Passed: 1", "good",
        ]
        var rest = text[...]
        for part in parts {
            guard let range = rest.firstRange(of: part) else {
                Issue.record("\(part) is missing, or too early")
                continue
            }
            rest = rest[range.upperBound...]
        }
    }

    @Test func `the path of a decision marks the condition that decided, and no other`() {
        var report = ReportSamples.fail()
        let place = StepPlace(step: "1", id: nil, line: 4)
        report.failures[0].why = [
            .decision(
                .init(
                    place: place, event: "createThread", routine: "MpCreateThreadNotifyRoutine", makes: "sync X",
                    message: nil,
                    notified: false,
                    checks: [
                        .init(check: "Create", holds: true, value: "TRUE"),
                        .init(check: "same", holds: false, value: "8"),
                        .init(check: "rule", holds: false, value: "0x0"),
                    ], decidedBy: "rule", holds: false, value: "0x0", cause: nil))
        ]
        let text = check(ReportSamples.run([report])).text
        #expect(text.contains("✓ true Create it was TRUE"))
        #expect(text.contains("◇ false same it was 8"))
        #expect(text.contains("✗ false rule it was 0x0"))
        #expect(text.count { $0 == "✗" } == 2, "the case and the condition")
    }

    @Test func `near misses are tables of criteria`() {
        var report = ReportSamples.fail()
        report.failures[0].nearest = [
            NearestMessage(
                sequence: 5, kind: "async", operation: "CreateThread",
                criteria: [
                    ComparedField(criterion: "operation", expected: .string("a"), actual: .string("b"), isMet: false),
                    ComparedField(criterion: "kind", expected: .string("async"), actual: .string("async"), isMet: true),
                ])
        ]
        let text = check(ReportSamples.run([report])).text
        #expect(text.contains("nearest message: #5 async CreateThread"))
        #expect(text.contains("✗ not metoperationais b"))
        #expect(text.contains("✓ metkindasyncasync"))
    }

    @Test(arguments: ReportSamples.hostileNames)
    func `UIS-4: hostile names stay texts`(name: String) {
        var item = ReportSamples.fail(name, because: name)
        item.failures[0].nearest = [
            NearestMessage(
                sequence: 5, kind: name, operation: name,
                criteria: [
                    ComparedField(criterion: name, expected: .string(name), actual: .null, note: name, isMet: false)
                ])
        ]
        var report = ReportSamples.run(
            [
                item, ReportSamples.error(name, detail: name), ReportSamples.skip(name, because: name),
                ReportSamples.pass(name),
            ],
            faults: [RunReport.FileFault(file: name, line: 1, path: name, detail: name)])
        (report.engine, report.server, report.obstacle) = (name, name, name)
        let check = check(report)
        #expect(check.embedded["script"]?.count == 1)
    }

    @Test func `REP-5: real durations are shown only with --timings`() {
        var report = ReportSamples.run([ReportSamples.pass(seconds: 0.25)])
        report.seconds = 0.75
        report.cases[0].virtualNanoseconds = 12_000_000_000
        let page = RunPage(report, timings: false).html
        report.seconds = 0.5
        report.cases[0].seconds = 9
        #expect(page == RunPage(report, timings: false).html)
        #expect(check(report).text.contains("virtual time 12 s"))
        #expect(check(report, timings: true).text.contains("0.50 s"))
        #expect(check(report, timings: true).text.contains("9.0 s"))
    }

    @Test func `REP-4: a run of any size is a page of less than 2 MB`() {
        let long = String(repeating: "<&>", count: 300)
        let many = (0..<800).map { ReportSamples.fail("\(long)\($0)", count: 3, because: long) }
        let passed = (0..<3000).map { ReportSamples.pass("\(long)\($0)") }
        let page = RunPage(ReportSamples.run(many + passed), timings: false).html
        #expect(page.count < 2_000_000)
        #expect(HTMLCheck(page).fault == nil)
        #expect(String(decoding: page, as: UTF8.self).contains("more: --json has all"))
    }

    @Test(arguments: [
        (["a/b.yaml", "./c.yaml"], ["a/b.yaml", "./c.yaml"]), (["/data/me/t/a.yaml"], ["a.yaml"]),
        (["/data/me/t/a.yaml", "/data/me/t/u/b.yaml", "x.yaml"], ["a.yaml", "u/b.yaml", "x.yaml"]),
        (["/a/t/x.yaml", "/b/t/x.yaml"], ["a/t/x.yaml", "b/t/x.yaml"]), ([], []),
    ])
    func `REP-5: paths are shown without the folders of the machine`(paths: [String], shown: [String]) {
        let all = ShownPaths(paths)
        #expect(paths.map { all[$0] } == shown)
    }

    @Test func `a run without a failure says so`() {
        #expect(check(ReportSamples.run([ReportSamples.pass()])).text.contains("1 case without a failure"))
        #expect(check(ReportSamples.run([ReportSamples.skip()])).text.contains("1 case, none run"))
        #expect(check(ReportSamples.run([])).text.contains("0 cases, none run"))
    }
}
