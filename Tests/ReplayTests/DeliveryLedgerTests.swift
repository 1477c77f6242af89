import JSON
import Messages
import Runtime
import TestSupport
import Testing

@testable import Driver
@testable import Replay

/// The outcomes of the messages of a replay.
@Suite(.timeLimit(.minutes(5)))
struct DeliveryLedgerTests {
    private let process = AuxPidCreationTime(processId: 100, creationTime: .at(0))

    private func record(
        _ sequence: UInt64, _ delivery: MessageRecord.Delivery, _ status: NTStatus = .success,
        process: AuxPidCreationTime?, subject: String = "x.dll", operation: SyncOperation = .newImageLoadPerProcess
    ) -> MessageRecord {
        let sync = SyncMessage(
            ioPriority: MpIoPriority(),
            currentProcess: process ?? AuxPidCreationTime(processId: 0, creationTime: .none),
            data: operation == .newImageLoadPerProcess
                ? .newImageLoadPerProcess(imageName: subject) : .newImageLoadPerStream(imageName: subject))
        let message = EngineMessage(
            sequence: sequence, time: .at(Int(sequence)), kind: .sync, process: process, content: .sync(sync))
        var record = MessageRecord(message: message, routine: .loadImageNotify, delivery: delivery)
        record.status = status
        return record
    }

    @Test func `losses are grouped by machine, type, reason and process, each with the first and the last message`() {
        let ledger = DeliveryLedger()
        let driver = Driver.make()
        let (one, two) = (ledger.observer(of: driver, machine: "a"), ledger.observer(of: driver, machine: "b"))
        let other = AuxPidCreationTime(processId: 100, creationTime: .at(1))
        one.ended(record(3, .failed, .timeout, process: process, subject: "first"))
        one.ended(record(4, .failed, .timeout, process: process, subject: "between"))
        one.ended(record(9, .failed, .timeout, process: process, subject: "last"))
        one.ended(record(5, .failed, .unsuccessful, process: process))
        one.ended(record(6, .notSent, .timeout, process: other))
        one.ended(record(7, .dropped, process: process))
        two.ended(record(1, .failed, .timeout, process: process))
        one.ended(record(8, .failed, .timeout, process: nil))
        one.ended(record(2, .failed, .timeout, process: process, operation: .newImageLoadPerStream))
        for delivery in [MessageRecord.Delivery.sent, .queued, .inHand] {
            one.ended(record(10, delivery, process: process))
        }

        let losses = ledger.losses
        #expect(losses.map(\.first.sequence) == [1, 2, 3, 5, 6, 7, 8])
        #expect(losses.map(\.count) == [1, 1, 3, 1, 1, 1, 1])
        #expect(losses.map(\.machine) == ["b", "a", "a", "a", "a", "a", "a"])
        #expect(losses[2].last == .init(sequence: 9, time: .at(9), subject: "last"))
        #expect(losses[2].first == .init(sequence: 3, time: .at(3), subject: "first"))
        #expect(
            losses.map(\.reason.name).suffix(4) == [
                "STATUS_UNSUCCESSFUL", "STATUS_TIMEOUT", "overflow", "STATUS_TIMEOUT",
            ])
        #expect(losses.map(\.process).suffix(2) == [process, nil])
        let ends = ledger.ends[MessageType.sync(.newImageLoadPerProcess)]
        #expect((ends?.sent, ends?.failed, ends?.notSent, ends?.dropped) == (1, 6, 1, 1))
        #expect(ends?.lost == 8)
        #expect(ledger.ends.count == 2)
        #expect(ledger.unlisted == 0)
    }

    @Test func `losses whose first messages have the same time are sorted by machine and sequence number`() {
        let ledger = DeliveryLedger()
        let driver = Driver.make()
        for machine in ["b", "a", nil] {
            for processId in [3, 1, 2] as [UInt32] {
                var lost = record(UInt64(processId), .failed, .timeout, process: process)
                lost = MessageRecord(
                    message: EngineMessage(
                        sequence: UInt64(processId), time: .at(5), kind: .sync,
                        process: AuxPidCreationTime(processId: processId, creationTime: .none),
                        content: lost.message.content), routine: .loadImageNotify, delivery: .failed)
                ledger.observer(of: driver, machine: machine).ended(lost)
            }
        }
        #expect(
            ledger.losses.map { "\($0.machine ?? "-")\($0.first.sequence)" } == [
                "-1", "-2", "-3", "a1", "a2", "a3", "b1", "b2", "b3",
            ])
    }

    @Test func `ten thousand kinds of loss are listed and go on counting; later kinds are only counted`() {
        let ledger = DeliveryLedger()
        let observer = ledger.observer(of: Driver.make(), machine: nil)
        func lose(_ sequence: UInt64, _ processId: UInt32) {
            observer.ended(
                record(
                    sequence, .failed, .timeout,
                    process: AuxPidCreationTime(processId: processId, creationTime: .none)))
        }
        for number in 1...10_000 as ClosedRange<UInt32> { lose(UInt64(number), number) }
        #expect((ledger.losses.count, ledger.unlisted) == (10_000, 0))
        lose(10_001, 10_001)
        lose(10_002, 1)
        lose(10_003, 10_001)
        #expect((ledger.losses.count, ledger.unlisted) == (10_000, 2))
        #expect(ledger.losses.first?.count == 2)
        #expect(ledger.losses.first?.last.sequence == 10_002)
        #expect(ledger.ends.values.first?.failed == 10_003)
        #expect(ledger.losses.reduce(0) { $0 + $1.count } + ledger.unlisted == 10_003)
    }

    @Test func `the image of a process is known while it is live, and not used for others with its pid`() throws {
        let driver = Driver.make(engine: ScriptedEngine { _ in .failing(.portDisconnected) })
        let ledger = DeliveryLedger()
        _ = driver.observe(ledger.observer(of: driver, machine: nil))
        var creation = ProcessCreation(imageFileName: "a.exe", processId: 100)
        creation.creationTime = process.creationTime
        try driver.createProcess(creation) { _ in }
        try driver.loadImage(ImageLoad(processId: 100, fullImageName: "x.dll")) { _ in }
        let observer = ledger.observer(of: driver, machine: nil)
        observer.ended(
            record(90, .failed, .timeout, process: AuxPidCreationTime(processId: 100, creationTime: .at(77))))
        _ = try driver.exitProcess(100)
        observer.ended(record(91, .failed, .timeout, process: process))
        let images = ledger.losses.map { "\($0.type.name) \($0.first.sequence) \($0.imageFileName ?? "-")" }
        #expect(images.contains("LoadImage 2 a.exe"))
        #expect(images.contains("NewImageLoadPerProcess 90 -"))
        #expect(images.contains("NewImageLoadPerProcess 91 -"))
        #expect(ledger.losses.allSatisfy { $0.reason.name != "STATUS_SUCCESS" })
    }

    @Test func `the subject is what a message is about`() throws {
        let (a, b) = (RecordedProcess(processId: 1000, second: 5), RecordedProcess(processId: 1004, second: 5))
        let replay = VirtualReplay(rules: .notifyNewThreadDifferentProcess) {
            EmbeddedEngine(.init(reply: .disconnect), timers: $0)
        }
        _ = replay.run([
            SysmonLine.thread(from: a, in: b).at(0), SysmonLine.load(a, "i.dll").at(1), SysmonLine.create(b).at(2),
        ])
        let subjects = replay.ledger.losses.map { "\($0.type.name): \($0.first.subject ?? "-")" }
        #expect(
            Set(subjects) == [
                "NewThreadDifferentProcess: process 1004", "CreateThread: process 1004", "LoadImage: i.dll",
                "CreateProcess: C:\\Windows\\a.exe",
            ])
        #expect(replay.ledger.losses.allSatisfy { $0.reason.name == "STATUS_PORT_DISCONNECTED" })
    }

    // MARK: JSON

    /// The JSON of a report of one machine, and what it was made of.
    private func json(_ lines: [String], part: String? = nil) async throws -> (JSONText, ReplayReport, DeliveryLedger) {
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
                $0.tellsCoverage = true
            }
        ) { machine in
            if machine == "refused" { return nil }
            _ = driver.observe(ledger.observer(of: driver, machine: machine))
            return EventTarget(driver: driver, onEventTime: { _ in })
        }
        if let part { feed.begin(part: part) }
        let report = await feed.replay(Array(lines.joined(separator: "\n").utf8))
        var writer = JSONWriter()
        report.write(
            to: &writer, hosts: ["pc\"1": ReplayHost(name: "pc-1", isCreated: true)], deliveries: ledger,
            durationNanoseconds: 1_999_999)
        return (JSONText(bytes: writer.bytes), report, ledger)
    }

    /// JSON that is read member by member.
    private struct JSONText {
        let bytes: [UInt8]

        func read<T: Sendable>(_ body: (JSONObject) -> T?) throws -> T {
            try JSONDocument.read(bytes) { $0.openObject().flatMap(body) }
        }
    }

    private static let lines = [
        SysmonLine.create(RecordedProcess(processId: 1000, second: 5), host: #"PC\"1"#),
        SysmonLine.load(RecordedProcess(processId: 1000, second: 5), #"C:\\\u0001\"ü\\n"#, host: #"pc\"1"#),
        SysmonLine.load(RecordedProcess(processId: 1000, second: 5), host: "refused"), "{\u{8}", "[]",
        #"{"EventID":1,"Channel":"Security","Hostname":"a"}"#,
        SysmonLine.open(
            from: RecordedProcess(processId: 1000, second: 5), to: RecordedProcess(processId: 4, second: 5)),
    ]

    @Test func `the report is valid JSON, whatever names hold, and says what was counted`() async throws {
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

    @Test func `the section of a machine names its host, and its counts hold together`() async throws {
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

    @Test func `deliveries and losses in the JSON are those of the ledger`() async throws {
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

    @Test func `coverage in the JSON is that of the report, to a tenth of a percent`() async throws {
        let (text, report, _) = try await json(Self.lines)
        #expect(
            String(decoding: text.bytes, as: UTF8.self).contains(
                "\"percent\":\((report.coverage.percent * 10).rounded() / 10),"))
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

    private func counts(_ value: JSONValue) -> [String: Int]? {
        value.dictionary(maxCount: 99)?.reduce(into: [:]) { counts, entry in
            counts[entry.name] = entry.value.integer(in: 0...1000).map(Int.init)
        }
    }
}

/// Host names for machines.
@Suite struct ReplayHostNameTests {
    @Test(arguments: [
        ("PC1", "pc1"), ("pc1.Corp.local", "pc1-corp-local"), ("-._x", "x"), ("...", "machine"), ("", "machine"),
        ("ÄB", "b"), ("A B", "a-b"), ("7", "7"),
    ])
    func `a host is named after its machine`(machine: String, name: String) {
        #expect(ReplayHost.name(of: machine, besides: []) == name)
    }

    @Test func `a long name is truncated, and a name in use gets a number`() {
        let long = String(repeating: "a", count: 80)
        #expect(ReplayHost.name(of: long, besides: []) == String(repeating: "a", count: 63))
        let second = ReplayHost.name(of: long, besides: [String(repeating: "a", count: 63)])
        #expect(second == String(repeating: "a", count: 58) + "-2")
        #expect(ReplayHost.name(of: "a.b", besides: ["a-b"]) == "a-b-2")
        #expect(ReplayHost.name(of: "a.b", besides: ["a-b", "a-b-2", "a-b-3"]) == "a-b-4")
        #expect(ReplayHost.name(of: "a", besides: ["a"] + (2...9999).map { "a-\($0)" }) == nil)
    }
}
