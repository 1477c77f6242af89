import JSON
import Messages
import Runtime
import TestSupport
import Testing

@testable import Driver
@testable import Replay

/// The report of a replay, and its JSON.
@Suite struct ReplayReportTests {
    /// The JSON of a report for one machine, with the report and the ledger that it was made from.
    private func json(_ lines: [String], part: String? = nil) async throws -> (JSONText, FeedReport, DeliveryLedger) {
        let ledger = DeliveryLedger()
        let driver = Driver.make(
            .make { $0.sendSyncNotificationFlag = false },
            engine: ScriptedEngine { message in
                message.kind == .async ? .failing(.timeout) : .acknowledging(message)
            })
        driver.rulePolicies = [RulePolicy(imageFileName: "*", rules: .notifyImageLoadRule)]
        let feed = EventFeed(
            options: .sysmon {
                $0.replaysAllMachines = true
                $0.reportsCoverage = true
                $0.reportsTimeline = true
            }
        ) { machine in
            if machine == "refused" { return nil }
            _ = driver.observe(ledger.observer(machine: machine))
            return EventTarget(driver: driver, onEventTime: { _ in })
        }
        if let part { feed.begin(part: part) }
        let report = await feed.replay(Array(lines.joined(separator: "\n").utf8))
        let whole = ReplayReport(
            report, hosts: ["pc\"1": ReplayHost(name: "pc-1", isCreated: true)], deliveries: ledger,
            durationNanoseconds: 1_999_999)
        return (JSONText(whole), report, ledger)
    }

    /// JSON that is read one member at a time.
    private struct JSONText {
        let bytes: [UInt8]

        init(_ report: ReplayReport) {
            var writer = JSONWriter()
            report.write(to: &writer)
            bytes = writer.bytes
        }

        func read<T: Sendable>(_ body: (JSONObject) -> T?) throws -> T {
            try JSONDocument.read(bytes) { $0.openObject().flatMap(body) }
        }
    }

    private static let lines = [
        SysmonLine.create(RecordedProcess(processId: 1000, second: 5), host: #"PC\"1"#),
        SysmonLine.load(RecordedProcess(processId: 1000, second: 5), #"C:\\\u0001\"ü\\n"#, host: #"pc\"1"#),
        SysmonLine.load(RecordedProcess(processId: 1000, second: 5), host: "refused"), "{\u{8}}", "12",
        #"{"EventID":1,"Channel":"Security","Hostname":"a"}"#,
        SysmonLine.open(
            from: RecordedProcess(processId: 1000, second: 5), to: RecordedProcess(processId: 4, second: 5)),
    ]

    @Test func `the report is valid JSON for all names, and its counts are correct`() async throws {
        let (text, report, _) = try await json(Self.lines, part: #"a "part".json"#)
        let total = report.total
        #expect((total.lines, total.applied, total.rejectedCount) == (7, 2, 2))
        func count(_ name: StaticString) throws -> Int {
            try text.read { $0.required(name) { $0.integer(in: 0...1000) }.map(Int.init) }
        }
        #expect(try count("lines") == total.lines)
        #expect(try count("applied") == total.applied)
        #expect(try count("rejectedCount") == total.rejectedCount)
        #expect(try count("durationMilliseconds") == 1)
        #expect(try count("processesSynthesised") == 0)
        #expect(try count("lossesUnlisted") == 0)
        let skipped = try text.read { $0.required("skipped") { counts($0) } }
        #expect(skipped == total.skipped)
        #expect(skipped == ["no-host": 1, "other-channel": 1, "process-open": 1])
        let rejected = try text.read { object in
            object.required("rejected") { $0.array(maxCount: 10) }?.map { line -> String in
                let line = line.openObject()
                let part = line?.required("part") { $0.string() } ?? ""
                return "\(part):\(line?.required("line") { $0.integer(in: 0...99) } ?? 0)"
            }
        }
        #expect(rejected == [#"a "part".json:4"#, #"a "part".json:5"#])
        let machines = try text.read { object in
            object.required("machines") { $0.array(maxCount: 10) }?.compactMap { $0.string() }
        }
        #expect(machines == [#"pc"1"#, "refused", "pc1"])
    }

    @Test func `the section of a machine names its host, and its counts add up`() async throws {
        let (text, report, _) = try await json(Self.lines)
        let hosts = try text.read { object in
            object.required("hosts") { $0.array(maxCount: 10) }?.compactMap { host -> [String]? in
                guard let host = host.openObject() else { return nil }
                let numbers = ["\(host.required("lines") { $0.integer(in: 0...99) } ?? -1)"]
                let names = [host.required("machine") { $0.string() }, host.required("host") { $0.string() }]
                return names.map { $0 ?? "-" } + numbers + ["\(host.required("created") { $0.bool() } ?? false)"]
            }
        }
        #expect(hosts == [[#"pc"1"#, "pc-1", "2", "true"]])
        #expect(report.machines.map(\.events.isComplete) == [true])
    }

    @Test func `deliveries and losses in the JSON match the ledger`() async throws {
        let (text, _, ledger) = try await json(Self.lines)
        let deliveries = try text.read { object in
            object.required("deliveries") { $0.array(maxCount: 10) }?.compactMap { end -> String? in
                guard let end = end.openObject() else { return nil }
                func count(_ name: StaticString) -> Int64 { end.required(name) { $0.integer(in: 0...99) } ?? -1 }
                let kind = end.required("kind") { $0.string() } ?? ""
                let operation = end.required("operation") { $0.string() } ?? ""
                return
                    "\(kind) \(operation) \(count("sent")) \(count("failed")) \(count("notSent")) \(count("dropped"))"
            }
        }
        #expect(
            deliveries == [
                "async LoadImage 0 1 0 0", "direct CreateProcess 1 0 0 0", "sync NewImageLoadPerProcess 0 0 1 0",
            ])
        let losses = try text.read { object in
            object.required("losses") { $0.array(maxCount: 10) }?.compactMap { loss -> [String]? in
                guard let loss = loss.openObject() else { return nil }
                func text(_ name: StaticString) -> String { loss.required(name) { $0.string() } ?? "" }
                let first = loss.required("first") { $0.openObject() }
                return [
                    text("machine"), text("kind"), text("reason"), text("imageFileName"),
                    first?.required("subject") { $0.string() } ?? "", first?.required("time") { $0.string() } ?? "",
                    "\(loss.required("processId") { $0.integer(in: 0...9999) } ?? 0)",
                ]
            }
        }
        let image = "C:\\\u{1}\"ü\\n"
        #expect(
            losses == [
                [
                    #"pc"1"#, "async", "STATUS_TIMEOUT", #"C:\Windows\a.exe"#, image, "2020-02-21T10:15:30.0000000Z",
                    "1000",
                ],
                [
                    #"pc"1"#, "sync", "STATUS_UNSUCCESSFUL", #"C:\Windows\a.exe"#, image,
                    "2020-02-21T10:15:30.0000000Z", "1000",
                ],
            ])
        #expect(ledger.losses.map(\.first.subject) == [image, image])
    }

    @Test func `coverage in the JSON matches the report, to a tenth of a percent`() async throws {
        let (text, report, _) = try await json(Self.lines)
        let percent = Double(report.coverage.reached) * 100 / Double(Coverage.outcomeCount)
        #expect(
            String(decoding: text.bytes, as: UTF8.self).contains("\"percent\":\((percent * 10).rounded() / 10),"))
        let (held, failed, reached, checks) = try text.read { object in
            object.required("coverage") { $0.openObject() }.map { coverage in
                var counts = (held: 0, failed: 0, reached: 0, checks: 0)
                counts.reached = coverage.required("reached") { $0.integer(in: 0...99) }.map(Int.init) ?? 0
                for routine in coverage.required("routines", { $0.array(maxCount: 9) }) ?? [] {
                    let conditions = routine.openObject()?.required("conditions") { $0.array(maxCount: 99) } ?? []
                    for condition in conditions.compactMap({ $0.openObject() }) {
                        counts.checks += 1
                        counts.held += Int(condition.required("held") { $0.integer(in: 0...99) } ?? 0)
                        counts.failed += Int(condition.required("failed") { $0.integer(in: 0...99) } ?? 0)
                        if let why = condition["why"]?.string() { #expect(!why.isEmpty && !why.contains("; ;")) }
                    }
                }
                return counts
            }
        }
        #expect(checks == Check.allCases.count)
        #expect(reached == report.coverage.reached)
        #expect(held == Check.allCases.reduce(0) { $0 + report.coverage.outcomes(of: $1).held })
        #expect(failed == Check.allCases.reduce(0) { $0 + report.coverage.outcomes(of: $1).failed })
    }

    // MARK: Writing and reading

    private func read(_ text: JSONText) throws -> ReplayReport {
        try JSONDocument.read(text.bytes) { ReplayReport($0) }
    }

    @Test func `a report that is read from its JSON is the same`() async throws {
        let (text, feed, ledger) = try await json(Self.lines, part: #"a "part".json"#)
        let hosts = [#"pc"1"#: ReplayHost(name: "pc-1", isCreated: true)]
        var report = ReplayReport(feed, hosts: hosts, deliveries: ledger, durationNanoseconds: 1_999_999)
        #expect(report.timeline?.lanes.map(\.buckets.count) == [1])
        #expect(report.timeline?.lanes[0].buckets[0].losses == ["STATUS_TIMEOUT": 1, "STATUS_UNSUCCESSFUL": 1])
        #expect(try read(text) == report)
        #expect(try JSONText(read(text)).bytes == text.bytes)
        report.settings = Self.settings
        #expect(try read(JSONText(report)) == report)
    }

    // Computed, not stored: the address sanitizer takes the values of a JSON tree in a global for leaks.
    private static var settings: ReplaySettings {
        var settings = ReplaySettings(version: "1.2.3-dev")
        settings.command = #"wdfilterd replay 'it'\''s "x".zip'"#
        settings.files = ["it's \"x\".zip", "-"]
        settings.pace = "x2.5"
        settings.engine = .object([.init("type", .string("embedded")), .init("delayMs", .integer(90))])
        settings.rules = ["NotifyImageLoadRule"]
        settings.policies = [
            .init(imageFileName: #"*\a.exe"#, rules: ["NotifyProcessCmdLine"], flags: ["ImageWow64cpuLoaded"]),
            .init(imageFileName: "*", rules: []),
        ]
        settings.policiesUnlisted = 3
        settings.driver = .object([.init("maxAsyncNotificationCount", .integer(24))])
        settings.limits = .object([.init("processesPerHost", .integer(10))])
        return settings
    }

    @Test func `policies that do not fit into the JSON are counted, and stay counted`() async throws {
        let (text, _, _) = try await json(Self.lines)
        var report = try read(text)
        report.settings = Self.settings
        let long = ReplaySettings.Policy(imageFileName: String(repeating: "a", count: 40_000), rules: [])
        report.settings?.policies = [long, long, long, long]
        let written = JSONText(report)
        let cut = try read(written)
        #expect(cut.settings?.policies.count == 2)
        #expect(cut.settings?.policiesUnlisted == 5)
        #expect(JSONText(cut).bytes == written.bytes)
    }

    @Test func `a timeline whose buckets have impossible numbers is refused`() async throws {
        let (text, _, _) = try await json(Self.lines)
        let plain = String(decoding: text.bytes, as: UTF8.self)
        for (found, other) in [
            (#""bucket":1,"#, #""bucket":0,"#), (#""bucket":1,"#, #""bucket":601,"#),
            (#""bucketMs":1,"#, #""bucketMs":0,"#),
        ] {
            #expect(plain.contains(found))
            let wrong = Array(plain.replacing(found, with: other).utf8)
            #expect(throws: JSONFaults.self) { try JSONDocument.read(wrong) { ReplayReport($0) } }
        }
    }

    @Test func `items that do not fit into the JSON are counted, and stay counted`() async throws {
        let (text, _, _) = try await json(Self.lines)
        let report = try read(text)
        let name = String(repeating: "n", count: 1 << 20)
        let process = ReplayReport.Process(
            machine: nil, processId: 8, imageFileName: name, messages: 3, lost: 0,
            afterExit: 0,
            longestDelay: 5)
        let long = ReplayReport.Loss.Message(sequence: 1, time: "2020-02-21T10:15:30Z", eventTime: nil, subject: name)
        let loss = ReplayReport.Loss(
            machine: nil, type: MessageTypeName(kind: "async", operation: "LoadImage"), reason: "overflow",
            processId: 8,
            imageFileName: nil, count: 7, first: long, last: long)
        var total = report.total
        total.machines = [name, name]
        let events = report.machines[0].events
        let machines = ["a", "b", "c"].map {
            ReplayReport.Machine(name: $0 + name, host: ReplayHost(name: $0, isCreated: false), events: events)
        }
        let large = ReplayReport(
            total: total, machines: machines, machinesUnlisted: 0, deliveries: report.deliveries,
            losses: [loss, loss, loss], lossesUnlisted: 2, delays: report.delays, queue: report.queue,
            late: report.late,
            processes: [process, process, report.processes[0]], processesUnlisted: report.processesUnlisted,
            coverage: report.coverage,
            durationMilliseconds: 1)
        let largeText = JSONText(large)
        let cut = try read(largeText)
        #expect(cut.total.machines.count == 1)
        #expect(cut.total.machinesUnlisted == 1)
        #expect(cut.machines.map(\.host?.name) == ["a"])
        #expect(cut.machinesUnlisted == 2)
        #expect(cut.losses.isEmpty)
        #expect(cut.lossesUnlisted == 23)
        #expect(cut.processes.map(\.messages) == [3])
        #expect(cut.processesUnlisted == 3 + report.processes[0].messages)
        #expect(JSONText(cut).bytes == largeText.bytes)
    }

    private func counts(_ value: JSONValue) -> [String: Int]? {
        value.dictionary(maxCount: 99)?.reduce(into: [:]) { counts, entry in
            counts[entry.name] = entry.value.integer(in: 0...1000).map(Int.init)
        }
    }
}
