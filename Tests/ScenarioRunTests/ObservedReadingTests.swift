import Driver
import DriverJSON
import JSON
import Locking
import Messages
@testable import Scenarios
import TestSupport
import Testing

/// What is read from answers of the API is what a driver in this process shows.
struct ObservedReadingTests {
    private func read<Value>(_ write: (inout JSONWriter) -> Void, _ read: (JSONObject) -> Value?) throws -> Value {
        var json = JSONWriter()
        write(&json)
        return try JSONDocument.read(json.bytes) { $0.openObject().flatMap(read) }
    }

    /// A driver on which something of everything happened, and what its routines reported.
    private func busyDriver() throws -> (Driver, [RoutineReport]) {
        let engine = ScriptedEngine { message in
            message.sequence % 4 == 0 ? EngineResult(status: .timeout) : .acknowledging(message)
        }
        let driver = Driver.make(engine: engine)
        let reports = Locked<[RoutineReport]>([])
        var creation = ProcessCreation(imageFileName: #"C:\app.exe"#, processId: 900)
        creation.rules = ProcessRules(rawValue: .max & ~0x200)
        try driver.createProcess(creation, caller: CallerTag("0")) { created in
            reports.withLock { $0 += created.routines }
        }
        for tag in 1...3 {
            try driver.createThread(ThreadCreation(processId: 900), caller: CallerTag(String(tag))) { created in
                reports.withLock { $0 += created.routines }
            }
        }
        for name: UnicodeString in [#"C:\Windows\System32\wow64cpu.dll"#, #"C:\a.dll"#] {
            try driver.loadImage(ImageLoad(processId: 900, fullImageName: name)) { loaded in
                reports.withLock { $0 += loaded }
            }
        }
        var kernel = ImageLoad(processId: 0, fullImageName: #"C:\Windows\System32\drivers\a.sys"#)
        kernel.systemModeImage = true
        (kernel.imageBase, kernel.imageSize) = (0xffff_ef60_ca46_2460, 0x12000)
        try driver.loadImage(kernel) { _ in }
        return (driver, reports.withLock { $0 })
    }

    @Test func messages() throws {
        let (driver, _) = try busyDriver()
        try driver.setWorker(paused: true)
        driver.changeConfig { $0.maxAsyncNotificationCount = 1 }
        for _ in 0..<3 { try driver.loadImage(ImageLoad(processId: 900, fullImageName: "b.dll")) { _ in } }
        let records = driver.messages(MessageQuery(), limit: 100).items
        #expect(Set(records.map(\.delivery)).isSuperset(of: [.sent, .failed, .dropped, .queued]))
        for record in records {
            let local = ObservedMessage(record)
            let read = try read({ record.write(to: &$0, host: "x") }, { ObservedMessage($0) })
            #expect(read.message == local.message)
            for field in MessageField.table { #expect(field.read(read) == field.read(local), "\(field.name)") }
            for field in MessageField.data(of: local.message.operation) {
                #expect(read.value(at: "data." + field.name) == local.value(at: "data." + field.name), "\(field.name)")
            }
            #expect(read.step == local.step)
            #expect(read.endedAs == local.endedAs)
            #expect(read.explanation == local.explanation)
        }
    }

    @Test func routines() throws {
        let (_, reports) = try busyDriver()
        let read = try read({ $0.object { reports.write(to: &$0, explain: true) } }, { ObservedRoutine.list($0) })
        let local = reports.map { ObservedRoutine($0) }
        #expect(read.map(\.routine) == local.map(\.routine))
        #expect(Set(read.flatMap(\.checks).map(\.check)).count > 15)
        for (read, local) in zip(read, local) {
            #expect(read.messages == local.messages)
            #expect(read.notified == local.notified)
            #expect(read.checks.map(\.check) == local.checks.map(\.check))
            #expect(read.checks.map(\.holds) == local.checks.map(\.holds))
            #expect(read.checks.map(\.value) == local.checks.map(\.value))
        }
    }

    @Test func state() throws {
        let (driver, _) = try busyDriver()
        let context = try #require(driver.process(900))
        let process = try read(context.write) { ObservedProcess($0) }
        #expect(process.identity == context.identity)
        let local = ObservedProcess(context)
        for field in ProcessField.table { #expect(field.read(process) == field.read(local), "\(field.name)") }
        #expect(try read(driver.counters.write) { .counters($0) } == ObservedValue(driver.counters))
        let queues = driver.queues(entries: 10)
        #expect(try read(queues.write) { .queues($0) } == ObservedValue(queues))
        let kernel = try #require(driver.loadedDrivers.first)
        #expect(try read(kernel.write) { .loadedDriver($0) } == ObservedValue(kernel))
        let first = try #require(driver.bootProcesses.first)
        let boot = try read(first.write) { ObservedValue.bootProcess($0) }
        for field in StateField.bootProcesses { #expect(boot[field.name] == ObservedValue(first)[field.name]) }
        let stream = try driver.createStreamContext(fileName: "a.dll", rules: [.notifyImageLoadRule])
        let read = try read(stream.write) { ObservedStream($0) }
        #expect(read.fileName == stream.fileName)
        #expect(read.rules == .word(stream.rules))
    }

    @Test func `a status without a name is a fault`() {
        #expect(throws: JSONFaults.self) {
            try read(
                { $0.object { $0.member("direct") { $0.object { $0.member("fltSendMessageErrorCode", "x") } } } },
                { ObservedValue.counters($0) })
        }
    }
}
