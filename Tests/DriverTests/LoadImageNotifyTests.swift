import Driver
import Messages
import TestSupport
import Testing

@Suite struct LoadImageNotifyTests {
    private let engine = ScriptedEngine()
    private let queue = ManualWorkQueue()
    private let driver: Driver

    init() { driver = Driver.make(engine: engine, workQueue: queue) }

    private static let wow64cpu: UnicodeString = #"\Device\HarddiskVolume4\Windows\System32\wow64cpu.dll"#

    private func load(
        _ fullImageName: UnicodeString = #"C:\a.dll"#, by processId: UInt32 = 100,
        _ change: (inout ImageLoad) -> Void = { _ in }
    ) throws -> RoutineReport {
        var load = ImageLoad(processId: processId, fullImageName: fullImageName)
        change(&load)
        return try driver.loadImageAtOnce(load)
    }

    @Test func `IMG-1: a kernel image is added to the list, and without a context nothing else happens`() throws {
        let report = try load(#"\SystemRoot\a.sys"#, by: 0) {
            ($0.systemModeImage, $0.imageBase, $0.imageSize) = (true, 0xFFFF_F800_0000_0000, 0x1000)
        }
        #expect(report.checks == [.systemModeImage, .loaderContext])
        #expect(report.held == [true, false])
        #expect(driver.loadedDrivers.map(\.fullImageName) == [#"\SystemRoot\a.sys"#])
        #expect(driver.loadedDrivers.first?.imageBase == 0xFFFF_F800_0000_0000)
        #expect(driver.loadedDrivers.first?.imageSize == 0x1000)
        #expect(!report.notified)
    }

    @Test func `IMG-1: a kernel image of a process continues to the main path`() throws {
        let report = try load(by: 4) { $0.systemModeImage = true }
        #expect(report.operations == ["LoadImage"])
        #expect(driver.loadedDrivers.count == 1)
    }

    @Test func `IMG-1: a kernel image without a process has no context, even if a process has pid 0`() throws {
        try driver.makeProcess(0)
        let report = try load(by: 0) { $0.systemModeImage = true }
        #expect(report.checks == [.systemModeImage, .loaderContext])
        #expect(!report.notified)
    }

    @Test func `IMG-1: an image that is not a kernel image is not added to the list`() throws {
        try driver.makeProcess(100)
        _ = try load()
        #expect(try load(by: 0).checks == [.systemModeImage, .loaderContext])
        #expect(driver.loadedDrivers.isEmpty)
    }

    @Test func `IMG-2: every load after wow64cpu.dll sends Wow64cpuLoad directly and first`() throws {
        try driver.makeProcess(100, rules: [.notifyWow64cpuLoad, .notifyImageLoadRule])
        driver.changeConfig { $0.asyncTimeout = .milliseconds(77) }
        let first = try load(LoadImageNotifyTests.wow64cpu) { $0.imageBase = 0x7700_0000 }
        #expect(first.operations == ["LoadImage", "NewImageLoadPerProcess"], "the load that sets the flag sends none")
        for threadId: UInt32 in [8, 12] {
            let report = try load { $0.threadId = threadId }
            #expect(report.operations == ["Wow64cpuLoad", "LoadImage"])
            #expect(report.checks.prefix(3) == [.systemModeImage, .loaderContext, .flagImageWow64cpuLoaded])
            #expect(!report.checks.contains(.ruleNotifyWow64cpuLoad), "it is not looked for again")
            let delivery = try #require(engine.received.last)
            #expect(delivery.timeout == .milliseconds(77))
            #expect(delivery.message.kind == .direct)
            let message = try #require(delivery.message.async)
            #expect(message.notificationNumber == 0)
            #expect(
                message.body
                    == .wow64cpuLoad(
                        Wow64CpuLoadMessage(processId: 100, threadId: threadId, wow64CpuImageBase: 0x7700_0000)))
            #expect(message.sizeOfData == 0x70)
            #expect(message.totalSize == 0x30)
        }
        #expect(driver.counters.direct.fltSendMessageCount == 3)
    }

    @Test func `IMG-2: a second load of wow64cpu.dll is a load like any other`() throws {
        try driver.makeProcess(100, rules: .notifyWow64cpuLoad)
        _ = try load(LoadImageNotifyTests.wow64cpu) { $0.imageBase = 1 }
        let again = try load(LoadImageNotifyTests.wow64cpu) { $0.imageBase = 2 }
        #expect(again.operations.first == "Wow64cpuLoad")
        #expect(driver.process(100)?.wow64CpuImageBase == 1)
    }

    @Test func `IMG-2: only the flag decides, whatever set it`() throws {
        try driver.makeProcess(100, flags: .imageWow64cpuLoaded)
        #expect(try load().operations.first == "Wow64cpuLoad")
        _ = try driver.changeFlags(of: 100, .modify(set: [], clear: .imageWow64cpuLoaded))
        #expect(try load().operations == ["LoadImage"])
    }

    @Test(arguments: [NTStatus.timeout, .portDisconnected])
    func `IMG-2: the main path continues after a failed Wow64cpuLoad`(status: NTStatus) throws {
        try driver.makeProcess(100, flags: .imageWow64cpuLoaded)
        engine.follow { _ in .failing(status) }
        let report = try load()
        #expect(report.operations == ["Wow64cpuLoad", "LoadImage"])
        #expect(report.messages.map(\.delivery) == [.failed, .queued])
        #expect(driver.counters.direct.fltSendMessageErrorCode == status)
    }

    @Test func `IMG-2, COR-8: a process that exits during its Wow64cpuLoad keeps its context until the load ends`()
        throws
    {
        let exited = try driver.makeProcess(100, rules: .notifyImageLoadRule, flags: .imageWow64cpuLoaded)
        engine.follow { _ in nil }
        let reports = Received<[RoutineReport]>()
        try driver.loadImage(ImageLoad(processId: 100, fullImageName: "a"), completion: reports.take)
        let waiting = engine.waiting
        _ = try driver.exitProcess(100)
        engine.follow { .acknowledging($0) }
        let next = try driver.makeProcess(100, rules: .notifyImageLoadRule)
        engine.acknowledge(waiting.first)
        let messages = try #require(reports.values.first?.first).messages
        #expect(messages.map(\.message.operationName) == ["Wow64cpuLoad", "LoadImage", "NewImageLoadPerProcess"])
        #expect(messages.allSatisfy { $0.message.process == exited.identity })
        #expect(messages.last?.clearedRule == nil)
        #expect(driver.process(100) == next, "the next process with the pid is not touched")
    }

    @Test(arguments: [
        (wow64cpu, true), (#"C:\WINDOWS\SYSTEM32\WOW64CPU.DLL"#, true), (#"\Windows\System32\Wow64cpu.dll"#, true),
        (#"Windows\System32\wow64cpu.dll"#, false), (#"C:\Windows\SysWOW64\wow64cpu.dll"#, false),
        (#"C:\Windows\System32\wow64cpu.dll "#, false), ("wow64cpu.dll", false), ("", false),
        (#"C:\Windows\System32\wow64cpu\#u{2E}dll"#, true), (#"C:\Windows\System32\wow64cpu.dlL"#, true),
        ("C:\\Windows\\System32\\wow64cpu\u{E}dll", false), ("C:|Windows|System32|wow64cpu.dll", false),
        ("C:\\Windows\\System32\\wow64cp\u{D9}.dll", false), ("C:\\Windows\\System32\u{1C}wow64cpu.dll", false),
    ])
    func `IMG-3: with rule 0x800 the name's end sets flag 0x200, ignoring case`(name: UnicodeString, matches: Bool)
        throws
    {
        try driver.makeProcess(100, rules: .notifyWow64cpuLoad)
        let report = try load(name) { $0.imageBase = 0x77 }
        #expect(report.checks.contains(.isWow64cpu))
        let context = try #require(driver.process(100))
        #expect(context.flags.contains(.imageWow64cpuLoaded) == matches)
        #expect(context.wow64CpuImageBase == (matches ? 0x77 : nil))
        #expect(report.operations == ["LoadImage"], "the main path is reached in every case")
    }

    @Test func `IMG-3: without rule 0x800 the name is not checked`() throws {
        try driver.makeProcess(100)
        let report = try load(LoadImageNotifyTests.wow64cpu)
        #expect(!report.checks.contains(.isWow64cpu))
        #expect(driver.process(100)?.flags.contains(.imageWow64cpuLoaded) == false)
    }

    @Test func `IMG-4: the main path makes all its checks`() throws {
        try driver.makeProcess(100, rules: .notifyImageLoadRule)
        _ = try driver.createStreamContext(fileName: #"c:\A.DLL"#, rules: .notifyImageLoadRule)
        let report = try load()
        #expect(
            report.checks == [
                .systemModeImage, .loaderContext, .flagImageWow64cpuLoaded, .ruleNotifyWow64cpuLoad,
                .extendedInfoPresent, .streamContext, .ruleImageLoadPerStream, .ruleImageLoadPerProcess,
                .asyncImageLoad,
            ])
        #expect(report.held == [false, true, false, false, true, true, true, true, true])
    }

    @Test func `IMG-4: a stream is reported only with extended info, a context and its rule`() throws {
        try driver.makeProcess(100)
        #expect(try load().operations == ["LoadImage"])
        let stream = try driver.createStreamContext(fileName: #"C:\a.dll"#, rules: StreamContextRules(rawValue: 0x7FFF))
        #expect(try load().operations == ["LoadImage"])
        _ = try driver.changeRules(ofStreamContext: stream.id, .modify(set: .notifyImageLoadRule, clear: []))
        #expect(try load { $0.extendedInfoPresent = false }.operations == ["LoadImage"])
        #expect(try load().operations == ["LoadImage", "NewImageLoadPerStream"])
        #expect(try load().operations == ["LoadImage"], "one-shot")
        #expect(driver.streamContext(stream.id)?.rules.rawValue == 0x7FFF)
    }

    @Test func `IMG-4: rule 0x200 suppresses only the asynchronous message`() throws {
        try driver.makeProcess(100, rules: [.suppressAsyncImageLoad, .notifyImageLoadRule])
        let report = try load()
        #expect(report.operations == ["NewImageLoadPerProcess"])
        #expect(report.held.last == false)
    }

    @Test func `IMG-4: a LoadImage contains the process and the image and leaves the rest 0`() throws {
        var creation = ProcessCreation(imageFileName: "x", processId: 100)
        creation.sessionId = 3
        let context = try #require(try driver.createProcessAtOnce(creation).process)
        _ = try load()
        queue.runAll()
        #expect(
            engine.messages.last?.imageLoadAndProcess
                == ImageLoadAndProcessNotify(
                    currentProcess: context.identity, sessionId: 3, imageFileName: #"C:\a.dll"#))
    }

    @Test func `IMG-5: asynchronous, then per process, then per stream, each with its own rule word`() throws {
        let context = try driver.makeProcess(100, rules: [.notifyImageLoadRule, .allowedToInjectCode])
        let stream = try driver.createStreamContext(fileName: #"C:\a.dll"#, rules: .notifyImageLoadRule)
        let report = try load()
        #expect(report.operations == ["LoadImage", "NewImageLoadPerProcess", "NewImageLoadPerStream"])
        #expect(report.messages.map(\.message.kind) == [.async, .sync, .sync])
        #expect(report.messages.map(\.clearedRule) == [nil, "NotifyImageLoadRule", "NotifyImageLoadRule"])
        let data = engine.messages.compactMap(\.sync).map(\.data)
        #expect(
            data == [.newImageLoadPerProcess(imageName: #"C:\a.dll"#), .newImageLoadPerStream(imageName: #"C:\a.dll"#)])
        #expect(engine.messages.compactMap(\.sync).allSatisfy { $0.currentProcess == context.identity })
        #expect(driver.process(100)?.rules == .allowedToInjectCode)
        #expect(driver.streamContext(stream.id)?.rules == [])
    }

    @Test func `IMG-5: the second synchronous message waits for the first, and was decided with it`() throws {
        try driver.makeProcess(100, rules: .notifyImageLoadRule)
        let stream = try driver.createStreamContext(fileName: #"C:\a.dll"#, rules: .notifyImageLoadRule)
        engine.follow { _ in nil }
        let reports = Received<[RoutineReport]>()
        try driver.loadImage(ImageLoad(processId: 100, fullImageName: #"C:\a.dll"#), completion: reports.take)
        #expect(engine.waiting.count == 1)
        _ = try driver.changeRules(ofStreamContext: stream.id, .replace([]))
        engine.acknowledge()
        #expect(engine.waiting.count == 1)
        #expect(reports.count == 0)
        try driver.deleteStreamContext(stream.id)
        let next = try driver.createStreamContext(fileName: #"C:\a.dll"#, rules: .notifyImageLoadRule)
        engine.acknowledge()
        let report = try #require(reports.values.first?.first)
        #expect(report.messages.last?.acknowledged == true)
        #expect(report.messages.last?.clearedRule == nil)
        #expect(driver.streamContext(next.id)?.rules == .notifyImageLoadRule, "a new context keeps its rule")
    }
}
