import CReport
import Driver
import HTML
import HTMLTesting
import Replay
import Testing

@testable import HTMLReport

/// The report of a replay as a page.
@Suite struct ReplayPageTests {
    private func page(_ report: ReplayReport, _ notes: ReplayPage.Notes = .init()) -> [UInt8] {
        ReplayPage(report, notes).html
    }

    private func check(_ page: [UInt8]) -> HTMLCheck {
        let check = HTMLCheck(page)
        #expect(check.fault == nil)
        return check
    }

    @Test func `REP-2: the page is well-formed, and only its own style and script are in it`() throws {
        let check = check(page(try Sample.report()))
        let style = String(
            decoding: UnsafeBufferPointer(start: report_css(), count: report_css_size()), as: UTF8.self)
        let script = String(decoding: UnsafeBufferPointer(start: report_js(), count: report_js_size()), as: UTF8.self)
        #expect(check.embedded == ["style": [style], "script": [script]])
        #expect(report_js_size() < 8 << 10)
        #expect(check.attributes["content"]?.contains { $0.contains("default-src 'none'") } == true)
    }

    @Test func `UIS-4: hostile names stay texts, and are shown with what cannot be seen in them`() throws {
        var notes = ReplayPage.Notes()
        notes.engineName = Sample.hostile
        notes.warnings = [Sample.hostile]
        notes.unread = [Sample.hostile]
        notes.earlierFile = Sample.hostile
        var report = try Sample.report(name: Sample.hostile)
        report.comparison = LossComparison(report, with: try Sample.report(losses: 1))
        report.gates = [.init(name: Sample.hostile, limit: 1, value: 2.5, passed: false)]
        let check = check(page(report, notes))
        let shown = #"<img src=x onerror=alert(1)></script>"'&amp;\u202e\u0001"#
        // Title, heading, command, answer, gates, timeline, losses, comparison, coverage, deliveries, processes, settings.
        #expect(check.text.ranges(of: shown).count > 40)
        #expect(check.embedded["script"]?.count == 1)
    }

    @Test func `REP-4: no part has too many rows, and the page stays below 2 MB`() throws {
        let long = String(repeating: "<\"&>'", count: 200)
        var report = try Sample.report(
            name: String(long.prefix(200)), losses: 3000, processes: 600, rejected: 900, buckets: 600, policies: 900,
            subject: long)
        report.comparison = LossComparison(report, with: try Sample.report(losses: 1))
        let page = page(report)
        #expect(page.count < 2_000_000)
        _ = check(page)
        let usual = check(self.page(try Sample.report(losses: 3000, processes: 600, rejected: 900)))
        #expect(usual.text.contains("and 2,000 more: ask for application/json, which has all"))
        #expect(usual.text.contains("and 100 more: ask for application/json, which has all"))
        #expect(usual.text.contains("and 800 more"))
        #expect(usual.counts["tr", default: 0] > 1000 + 500 + 100)
    }

    @Test func `REP-5: the same report gives the same bytes, however long the replay took`() throws {
        let report = try Sample.report()
        var slower = report
        slower.durationMilliseconds = 99_999
        #expect(page(report) == page(slower))
        #expect(page(report) == page(try Sample.report()))
    }

    @Test func `REP-3: the answer and the four figures come first, then the losses, most first`() throws {
        var report = try Sample.report(losses: 3)
        report.gates = [.init(name: "fail-under", limit: 50, value: 12.5, passed: false)]
        let text = check(page(report)).text
        let parts = [
            "wdfilterd replay a", "WdFilter would have sent 93 messages of 1 kind.", "lines applied4,321 of 12,345",
            "messages93", "lost3", "coverage: 7 of 56 outcomes, at least 50 % wanted12.5 %",
            "--fail-under12.5 %at least 50 %✗ not passed", "async aa1002 a3", "async aa1001 a2",
            "async aoverflow1000 a1",
            "overflowthe queue was full", "12.5 %: 7 of 56 outcomes",
        ]
        var rest = text[...]
        for part in parts {
            let range = try #require(rest.firstRange(of: part), "\(part)")
            rest = rest[range.upperBound...]
        }
    }

    @Test func `a process has the rules that the settings gave it`() throws {
        let text = check(page(try Sample.report())).text
        #expect(text.contains("NotifyImageLoadRule, NotifyProcessCmdLine"))
    }

    @Test func `a report of an earlier version has no settings, no timeline and no tree`() throws {
        let check = check(page(try Sample.report(isOld: true)))
        #expect(!check.text.contains("Timeline"))
        #expect(!check.text.contains("Settings"))
        #expect(check.counts["svg"] == nil)
        #expect(check.text.contains("ProcessId != 4 true never false 12 (a)"))
    }

    @Test func `nothing lost is said`() throws {
        let text = check(page(try Sample.report(losses: 0))).text
        #expect(text.contains("No message was lost."))
    }

    @Test func `UIA-7: each place of a routine's tree is shown once, with the counts of both edges`() throws {
        for routine in DriverRoutine.allCases where !routine.conditions.isEmpty {
            let coverage = try #require(try Sample.report().coverage.routines.first { $0.name == routine.name })
            var html = HTMLWriter()
            CoverageTree(coverage).write(to: &html)
            let tree = HTMLCheck(
                Array("<!DOCTYPE html>\n<html><body><main>".utf8) + html.bytes + Array("</main></body></html>".utf8))
            #expect(tree.fault == nil)
            #expect(tree.counts["li"] == routine.conditions.count)
            #expect(tree.attributes["class"]?.filter { $0 == "never" }.count == routine.conditions.count - 1)
            #expect(tree.text.contains("true 1,111"))
            #expect(tree.text.contains("false 2,222"))
            for condition in routine.conditions { #expect(tree.text.contains("\(condition.check.text)")) }
            for type in routine.messageTypes {
                #expect(tree.text.contains("⇒ \(type.kind.rawValue) \(type.operation.name)"))
            }
        }
        let text = check(page(try Sample.report())).text
        #expect(text.contains("MpLoadImageNotifyRoutine ran 12 times, notified the engine 3 times"))
    }
}
