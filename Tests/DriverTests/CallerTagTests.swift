import Driver
import Messages
import TestSupport
import Testing

/// Which call made the driver create a message.
@Suite struct CallerTagTests {
    private let driver = Driver.make()

    /// The operation and the tag of each message of the journal, in order.
    private var tags: [String] {
        driver.messages(MessageQuery(), limit: 100).items
            .map { "\($0.message.operationName) \($0.message.caller?.text ?? "-")" }
    }

    @Test func `the messages of a thread creation have the tag of its call, those of the Ex routine too`() throws {
        try driver.makeProcess(100, rules: [.notifyNewThreadDifferentProcess])
        try driver.makeProcess(200, rules: [.notifyProcessCmdLine])
        _ = try driver.setCurrentCommandLine(of: 200, "harmless")
        try driver.createThread(ThreadCreation(processId: 200, creatorProcessId: 100), caller: CallerTag("inject")) {
            _ in
        }
        #expect(
            tags.suffix(3) == ["NewThreadDifferentProcess inject", "CreateThread inject", "NewThreadAndCmdLine inject"])
    }

    @Test func `the messages of an image load have the tag of its call`() throws {
        let wow64cpu = #"C:\Windows\System32\wow64cpu.dll"#
        try driver.makeProcess(100, rules: [.notifyWow64cpuLoad, .notifyImageLoadRule])
        _ = try driver.createStreamContext(fileName: wow64cpu, rules: .notifyImageLoadRule)
        let load = ImageLoad(processId: 100, fullImageName: UnicodeString(wow64cpu))
        try driver.loadImage(load, caller: CallerTag("first")) { _ in }
        try driver.loadImage(load, caller: CallerTag("second")) { _ in }
        #expect(
            tags.dropFirst() == [
                "LoadImage first", "NewImageLoadPerProcess first", "NewImageLoadPerStream first",
                "Wow64cpuLoad second", "LoadImage second",
            ])
    }

    @Test func `the messages of a process have the tags of its creation, its completion and its exit`() throws {
        let creation = ProcessCreation(imageFileName: "a.exe", processId: 100)
        try driver.createProcess(creation, caller: CallerTag("1")) { _ in }
        _ = try driver.exitProcess(100, caller: CallerTag("2"))
        try driver.synthesizeProcess(creation)
        try driver.completeProcess(creation, caller: CallerTag("3")) { _ in }
        #expect(tags == ["CreateProcess 1", "CreateProcess 2", "CreateProcess 3"])
    }

    @Test func `a raw notification has the tag of its call`() throws {
        try driver.sendSyncNotification(
            .registryEventSync(registryData: []), processId: 4, caller: CallerTag("sync")
        ) { _ in }
        _ = try driver.sendAsyncNotification(.logPrint, .raw([]), caller: CallerTag("async"))
        #expect(tags == ["RegistryEventSync sync", "LogPrint async"])
    }

    @Test func `ASY-4: a message that is dropped for another keeps its own tag`() throws {
        driver.changeConfig { $0.maxAsyncNotificationCount = 1 }
        try driver.setWorker(paused: true)
        for text in ["first", "second"] {
            _ = try driver.sendAsyncNotification(.logPrint, .raw([]), caller: CallerTag(text))
        }
        #expect(tags == ["LogPrint first", "LogPrint second"])
        #expect(driver.message(1)?.droppedFor == 2)
    }

    @Test func `a message of a call without a tag has none`() throws {
        try driver.makeProcess(100)
        try driver.queueMessages(1)
        #expect(tags == ["CreateProcess -", "LogPrint -"])
    }

    @Test func `the byte limit of the journal counts the tags`() throws {
        let driver = Driver.make(limits: .make { $0.journalBytes = 10_000 })
        let tag = CallerTag(String(repeating: "x", count: 128))
        for _ in 0..<200 { _ = try driver.sendAsyncNotification(.logPrint, .raw([]), caller: tag) }
        let page = driver.messages(MessageQuery(), limit: 1000)
        let size = try #require(page.items.first).message.totalSize + 128
        #expect(page.items.count == 10_000 / size)
    }
}
