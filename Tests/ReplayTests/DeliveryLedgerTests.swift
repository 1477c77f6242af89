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
        process: AuxPidCreationTime?, subject: UnicodeString = "x.dll",
        operation: SyncOperation = .newImageLoadPerProcess
    ) -> MessageRecord {
        let sync = SyncMessage(
            ioPriority: MpIoPriority(),
            currentProcess: process ?? AuxPidCreationTime(processId: 0, creationTime: .none),
            data: operation == .newImageLoadPerProcess
                ? .newImageLoadPerProcess(imageName: subject) : .newImageLoadPerStream(imageName: subject))
        let message = EngineMessage(
            sequence: sequence, time: .at(Int(sequence)), kind: .sync, process: process, content: .sync(sync))
        var record = MessageRecord(
            message: message, by: RoutineRun(routine: .loadImageNotify, caller: nil), delivery: delivery)
        record.status = status
        return record
    }

    @Test func `losses are grouped by machine, type, reason and process, each with the first and the last message`() {
        let ledger = DeliveryLedger()
        let (one, two) = (ledger.observer(machine: "a"), ledger.observer(machine: "b"))
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
        #expect(losses[2].last == .init(sequence: 9, time: .at(9), eventTime: nil, subject: "last"))
        #expect(losses[2].first == .init(sequence: 3, time: .at(3), eventTime: nil, subject: "first"))
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
        for machine in ["b", "a", nil] {
            for processId in [3, 1, 2] as [UInt32] {
                var lost = record(UInt64(processId), .failed, .timeout, process: process)
                lost = MessageRecord(
                    message: EngineMessage(
                        sequence: UInt64(processId), time: .at(5), kind: .sync,
                        process: AuxPidCreationTime(processId: processId, creationTime: .none),
                        content: lost.message.content), by: RoutineRun(routine: .loadImageNotify, caller: nil),
                    delivery: .failed)
                ledger.observer(machine: machine).ended(lost)
            }
        }
        #expect(
            ledger.losses.map { "\($0.machine ?? "-")\($0.first.sequence)" } == [
                "-1", "-2", "-3", "a1", "a2", "a3", "b1", "b2", "b3",
            ])
    }

    @Test func `ten thousand kinds of loss are listed and go on counting; later kinds are only counted`() {
        let ledger = DeliveryLedger()
        let observer = ledger.observer(machine: nil)
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

    @Test func `without lists, all lost messages and all processes are only counted`() {
        let ledger = DeliveryLedger(lists: false)
        let observer = ledger.observer(machine: "a")
        observer.ended(record(1, .failed, .timeout, process: process))
        observer.ended(record(2, .dropped, process: process))
        observer.ended(record(3, .sent, process: nil))
        #expect((ledger.losses.count, ledger.unlisted) == (0, 2))
        let processes = ledger.processes(10)
        #expect((processes.listed.count, processes.unlisted) == (0, 3))
        #expect(ledger.ends.values.reduce(0) { $0 + $1.lost } == 2)
    }

    @Test func `the image of a loss is that of its process, also after its exit`() throws {
        let driver = Driver.make(engine: ScriptedEngine { _ in .failing(.portDisconnected) })
        let ledger = DeliveryLedger()
        _ = driver.observe(ledger.observer(machine: nil))
        for image: UnicodeString in ["a.exe", "b.exe"] {
            try driver.createProcess(ProcessCreation(imageFileName: image, processId: 100)) { _ in }
            try driver.loadImage(ImageLoad(processId: 100, fullImageName: "x.dll")) { _ in }
            _ = try driver.exitProcess(100)
        }
        let images = ledger.losses.map { "\($0.type.operation.name) \($0.first.sequence) \($0.imageFileName ?? "-")" }
        #expect(
            images == [
                "CreateProcess 1 a.exe", "LoadImage 2 a.exe", "CreateProcess 3 a.exe", "CreateProcess 4 b.exe",
                "LoadImage 5 b.exe", "CreateProcess 6 b.exe",
            ])
    }

    @Test func `the subject is what a message is about`() throws {
        let (a, b) = (RecordedProcess(processId: 1000, second: 5), RecordedProcess(processId: 1004, second: 5))
        let replay = VirtualReplay(rules: .notifyNewThreadDifferentProcess) {
            EmbeddedEngine(.init(reply: .disconnect), timers: $0)
        }
        _ = replay.run([
            SysmonLine.thread(from: a, in: b).at(0), SysmonLine.load(a, "i.dll").at(1), SysmonLine.create(b).at(2),
        ])
        let subjects = replay.ledger.losses.map { "\($0.type.operation.name): \($0.first.subject ?? "-")" }
        #expect(
            Set(subjects) == [
                "NewThreadDifferentProcess: process 1004", "CreateThread: process 1004", "LoadImage: i.dll",
                "CreateProcess: C:\\Windows\\a.exe",
            ])
        #expect(replay.ledger.losses.allSatisfy { $0.reason.name == "STATUS_PORT_DISCONNECTED" })
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
