import Console
import Replay
import Testing

@testable import ReplayCommand

/// The result of a replay as printed for people.
@Suite struct ReplaySummaryTests {
    static let report = #"""
        {"lines":12345,"applied":12000,"appliedByType":{"imageLoad":11000,"processCreate":900,"processExit":100},
        "skipped":{"registry":340},"skippedByType":{},
        "messages":{"sync":{},"async":{},"direct":{}},
        "processesSynthesised":3,"processesCompleted":1,"tombstoneRecords":0,
        "rejected":[{"part":"a.json","line":7,"detail":"no JSON"},{"line":9,"detail":"Hostname is missing"},
        {"line":10,"detail":"c"},{"line":11,"detail":"d"},{"line":12,"detail":"e"}],"rejectedCount":6,
        "machines":["pc1","pc2"],
        "hosts":[{"host":"pc1","created":true,"machine":"pc1","lines":12000,"applied":11000,
        "appliedByType":{"imageLoad":11000},"skipped":{},"skippedByType":{},"processesSynthesised":3,
        "processesCompleted":1,"tombstoneRecords":0,"messages":{"sync":{"NewThreadDifferentProcess":2},"async":{"LoadImage":11000,"CreateThread":2},"direct":{}}},
        {"host":"pc2-2","created":false,"machine":"pc2.corp","lines":5,"applied":0,"appliedByType":{},
        "skipped":{},"skippedByType":{},"processesSynthesised":0,"processesCompleted":0,"tombstoneRecords":0,
        "messages":{"sync":{},"async":{},"direct":{}}}],
        "deliveries":[{"kind":"async","operation":"LoadImage","sent":10990,"failed":0,"notSent":0,"dropped":10},
        {"kind":"sync","operation":"NewThreadDifferentProcess","sent":1,"failed":1,"notSent":0,"dropped":0}],
        "losses":[{"machine":"pc1","kind":"sync","operation":"NewThreadDifferentProcess","reason":"STATUS_TIMEOUT",
        "processId":1000,"count":1,"first":{"sequence":5,"time":"2020-02-21T10:15:30Z","subject":"process 4"},
        "last":{"sequence":5,"time":"2020-02-21T10:15:30Z","subject":"process 4"}},
        {"machine":"pc1","kind":"async","operation":"LoadImage","reason":"overflow","processId":1004,
        "imageFileName":"C:\\a.exe","count":10,"first":{"sequence":1,"time":"2020-02-21T10:15:30Z"},
        "last":{"sequence":9,"time":"2020-02-21T10:15:31Z","subject":"x.dll"}}],
        "lossesUnlisted":0,
        "coverage":{"percent":5.4,"reached":3,"outcomes":56,
        "routines":[{"routine":"MpLoadImageNotifyRoutine","records":11000,"notified":11000,"conditions":[
        {"check":"ImageInfo->SystemModeImage","held":0,"failed":11000,"why":"only event 6 reports kernel images"},
        {"check":"A","held":0,"failed":0},{"check":"B","held":1,"failed":0},{"check":"C","held":1,"failed":1}]},
        {"routine":"MpCreateThreadNotifyRoutine","records":0,"notified":0,"conditions":[
        {"check":"D","held":0,"failed":0}]}],
        "messageTypes":[{"kind":"sync","operation":"NewThreadSameProcess","made":0,"why":"event 8 reports nothing"},
        {"kind":"direct","operation":"Wow64cpuLoad","made":0},{"kind":"async","operation":"LoadImage","made":4}],
        "gaps":["event 7 has no base address, size or thread: they are 0"]},
        "durationMilliseconds":1250}
        """#

    /// The report of a replay at a pace.
    static let measured = report.replacing(
        #""coverage":{"#,
        with: #"""
            "delay":[{"kind":"async","operation":"LoadImage","count":10990,"p50Microseconds":1200000,
            "p99Microseconds":4800000,"maxMicroseconds":4900001}],
            "queue":{"peak":245,"peakAt":"2020-02-21T10:15:30.1234567Z"},"late":{"afterExit":17,"afterEnd":3},
            "processes":[{"machine":"pc1","processId":1004,"imageFileName":"C:\\a.exe","messages":11000,"lost":10,
            "afterExit":17,"maxDelayMicroseconds":4900001},
            {"machine":"pc1","processId":1000,"messages":2,"lost":1,"afterExit":0}],"processesUnlisted":0,
            "gates":[],"coverage":{
            """#)

    static func read(_ text: String = report) throws -> ReplayReport {
        try ReplayResult(answer: Array(text.utf8), unread: UnreadInput(), fault: nil).report
    }

    private func read(_ text: String = report) throws -> ReplayReport { try Self.read(text) }

    private func summary(_ text: String = report, _ notes: ReplaySummary.Notes = .init()) throws -> ReplaySummary {
        try ReplaySummary(read(text), notes)
    }

    @Test func `the summary is printed as text`() throws {
        #expect(
            try summary().text(in: .plain) == #"""
                WdFilter would have sent 11,002 messages of 2 kinds.
                The engine of the hosts: 11 lost (NewThreadDifferentProcess, first 10:15:30; 1 more kind below).
                Worst delay unknown: delays need --pace recorded.

                12,345 lines in 1.25 s: 11,000 imageLoad, 900 processCreate, 100 processExit applied, 339 skipped (340 registry), 6 rejected
                  a.json: line 7: no JSON
                  line 9: Hostname is missing
                  line 10: c
                  line 11: d
                  line 12: e
                  and 1 more

                Machines
                  machine      host    lines  events  messages
                  pc1          pc1    12,000  11,000    11,004
                  pc2.corp     pc2-2       5       0         0
                  other lines            340       0         0

                Messages by outcome
                  message                         created    sent  failed  not sent  dropped
                  async LoadImage                  11,000  10,990       0         0       10
                  sync NewThreadDifferentProcess        2       1       1         0        0

                Lost messages
                  machine  message                         reason          process     count  first                last
                  pc1      async LoadImage                 overflow        1004 a.exe     10  10:15:30Z            10:15:31Z x.dll
                  pc1      sync NewThreadDifferentProcess  STATUS_TIMEOUT  1000            1  10:15:30Z process 4
                  overflow: the queue was full, and newer messages replaced them
                  STATUS_TIMEOUT: the engine did not answer in time

                What this recording does not show
                  - event 7 has no base address, size or thread: they are 0

                """#)
    }

    @Test func `delays, the queue and processes are printed if they were measured`() throws {
        let text = try summary(Self.measured).text(in: .plain)
        #expect(
            text.hasPrefix(
                """
                WdFilter would have sent 11,002 messages of 2 kinds.
                The engine of the hosts: 11 lost (NewThreadDifferentProcess, first 10:15:30; 1 more kind below).
                Worst delay 4.9 s; 17 came after their process had exited, 3 after the recording had ended.

                """))
        #expect(
            text.contains(
                """

                Messages by outcome
                  message                         created    sent  failed  not sent  dropped  p50    p99    most
                  async LoadImage                  11,000  10,990       0         0       10  1.2 s  4.8 s  4.9 s
                  sync NewThreadDifferentProcess        2       1       1         0        0
                  longest queue: 245 at 10:15:30.123

                """))
        #expect(
            text.contains(
                """

                Processes
                  machine  process     messages  lost  worst delay  after exit
                  pc1      1004 a.exe    11,000    10  4.9 s                17
                  pc1      1000               2     1                        0

                """))
    }

    @Test func `warnings and the engine are part of the answer`() throws {
        var notes = ReplaySummary.Notes()
        notes.engineName = "Your engine at 1.2 s"
        notes.warnings = ["--policy a\u{1B}b: no process has such an image"]
        let none = Self.report.replacing(
            #""sent":10990,"failed":0,"notSent":0,"dropped":10"#,
            with: #""sent":11000,"failed":0,"notSent":0,"dropped":0"#
        )
        .replacing(#""sent":1,"failed":1"#, with: #""sent":2,"failed":0"#)
        let lines = try summary(none, notes).text(in: .plain).split(separator: "\n")
        #expect(lines[1] == "Your engine at 1.2 s: none lost.")
        #expect(lines[3] == "warning: --policy a\\u{1b}b: no process has such an image")
    }

    @Test func `the differences from an earlier report are printed`() throws {
        var now = try read()
        let earlier = try read(Self.report.replacing(#""count":10"#, with: #""count":7"#))
        var notes = ReplaySummary.Notes()
        notes.earlierFile = "old.json"
        now.comparison = LossComparison(now, with: earlier)
        #expect(
            ReplaySummary(now, notes).text(in: .plain).contains(
                """

                Lost now, not in old.json: 3
                  machine  message          reason    process     count  first
                  pc1      async LoadImage  overflow  1004 a.exe      3  10:15:30Z

                """))
        now.comparison = LossComparison(earlier, with: now)
        #expect(ReplaySummary(now, notes).text(in: .plain).contains("\nLost in old.json, not now: 3\n"))
        now.comparison = LossComparison(now, with: now)
        #expect(
            ReplaySummary(now, notes).text(in: .plain)
                .contains("\nNothing is lost that was not in old.json, and nothing came back\n"))
    }

    @Test func `a gate on the coverage shows the coverage`() throws {
        var report = try read()
        report.gates = [.init(name: "fail-under", limit: 25, value: 5.4, passed: false)]
        let text = ReplaySummary(report).text(in: .plain)
        #expect(text.contains("\nCoverage: 5.4 % (3 of 56 condition outcomes); --coverage shows them\n"))
    }

    @Test func `a recording with threads and no rules says how to set rules`() throws {
        let threads = Self.report.replacing(#""imageLoad":11000"#, with: #""threadCreate":2,"imageLoad":11000"#)
        let line = "  no process has rules, so only processes and images are reported; --rules and --policy set them\n"
        var notes = ReplaySummary.Notes()
        #expect(try !summary(threads, notes).text(in: .plain).contains(line))
        notes.hasRules = false
        #expect(try summary(threads, notes).text(in: .plain).contains(line))
        #expect(try !summary(Self.report, notes).text(in: .plain).contains(line))
    }

    @Test func `all conditions of the driver are printed on request, with a legend and links`() throws {
        var notes = ReplaySummary.Notes()
        notes.showsCoverage = true
        let text = try summary(Self.report, notes).text(in: .plain)
        #expect(
            text.hasSuffix(
                #"""

                Coverage: 5.4 % (3 of 56 condition outcomes)
                  true, false: how often a condition of the driver was true, and how often it was false. Each is an
                  outcome; the percentage is the share of the outcomes that occurred. wdfilterd vocabulary NAME
                  explains a name; the links lead to the rules.

                MpLoadImageNotifyRoutine: ran 11,000, notified 11,000 (docs/driver-model.md#img)
                  true   false  condition
                     0  11,000  ImageInfo->SystemModeImage
                                    only event 6 reports kernel images
                     0       0  A
                     1       0  B
                     1       1  C

                MpCreateThreadNotifyRoutine: never ran (docs/driver-model.md#thr)

                Messages that were never created
                  - sync NewThreadSameProcess: event 8 reports nothing
                  - direct Wow64cpuLoad

                """#))
    }

    @Test func `headings and faults are highlighted only on a terminal`() throws {
        let style = TerminalStyle(usesColor: true, width: nil)
        let text = try summary().text(in: style)
        #expect(text.contains("\u{1B}[1mMachines\u{1B}[0m\n"))
        #expect(text.contains("\u{1B}[33m  a.json: line 7: no JSON\u{1B}[0m\n"))
        let plain = ["\u{1B}[1m", "\u{1B}[2m", "\u{1B}[33m", "\u{1B}[0m"].reduce(text) { $0.replacing($1, with: "") }
        #expect(try plain == summary().text(in: .plain))
    }

    @Test func `lists are wrapped to the terminal's width`() throws {
        let text = try summary().text(in: TerminalStyle(usesColor: false, width: 40))
        #expect(text.contains("  - event 7 has no base address, size\n    or thread: they are 0\n"))
    }

    @Test func `only the largest losses are listed, with the number of further kinds`() throws {
        let losses = (1...25).map { number in
            let message = #"{"sequence":1,"time":"2020-02-21T10:15:\#(number + 10)Z"}"#
            return
                #"{"kind":"async","operation":"LoadImage","reason":"overflow","count":\#(number),"first":\#(message),"#
                + #""last":\#(message)}"#
        }.joined(separator: ",")
        let start = try #require(Self.report.firstRange(of: #""losses":["#)?.upperBound)
        let end = try #require(Self.report.firstRange(of: #""lossesUnlisted""#)?.lowerBound)
        let text = Self.report[..<start] + losses + "]," + Self.report[end...]
        let shown = try summary(String(text)).text(in: .plain)
        #expect(shown.contains("  and 20 more; see --json\n"))
        #expect(shown.contains(" 10:15:35Z"))
        #expect(shown.contains(" 10:15:31Z"))
        #expect(!shown.contains(" 10:15:30Z"))
    }

    @Test func `the position where reading stopped is shown, if it did`() throws {
        #expect(try !summary().text(in: .plain).contains("stopped"))
        let stopped = Self.report.replacing(#""rejectedCount":6,"#, with: #""rejectedCount":6,"stoppedAtLine":12,"#)
        #expect(
            try summary(stopped).text(in: .plain)
                .contains("  and 1 more\n  stopped at line 12; later lines were not applied\n"))
    }

    @Test func `the percentage is that of the outcomes, to one decimal place`() throws {
        #expect(try read().coverage.percent == 5.4)
        let none = Self.report.replacing(#""reached":3,"outcomes":56"#, with: #""reached":0,"outcomes":0"#)
        #expect(try read(none).coverage.percent == 0)
    }

    @Test(arguments: [
        "", "[]", "{}", report.replacing(#""lines":12345,"#, with: ""), report.replacing("12345", with: "-1"),
        report.replacing("12345", with: #""12345""#), report.replacing(#""losses":["#, with: #""losses":[7,"#),
        report.replacing(#""coverage":{"#, with: #""coverages":{"#), report + "x",
    ])
    func `an invalid report is a failure, not a crash`(text: String) {
        #expect { try read(text) } throws: { error in
            (error as? CommandFailure)?.status == .failed
        }
    }
}
