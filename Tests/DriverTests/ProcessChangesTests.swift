import Messages
import TestSupport
import Testing

@testable import Driver

/// Revisions of processes, and the changes after one of them (UIA-5).
@Suite struct ProcessChangesTests {
    private let engine = ScriptedEngine()
    private let timers = ManualTimers()
    private let followerQueue = ManualWorkQueue()
    private let driver: Driver

    init() { driver = Driver.make(engine: engine, timers: timers, followerQueue: followerQueue) }

    private var revision: UInt64 { driver.processChanges(after: 0, limit: 1000).revision }

    private func changed(after revision: UInt64) -> [UInt32] {
        driver.processChanges(after: revision, limit: 1000).items.map(\.identity.processId)
    }

    @Test func `the System process is the first revision, and each creation, change and removal another one`() throws {
        #expect(driver.process(4)?.revision == 1)
        #expect(try driver.makeProcess(100).revision == 2)
        #expect(try driver.changeRules(of: 100, .replace(.notifyImageLoadRule)).revision == 3)
        #expect(try driver.changeFlags(of: 100, .replace([])).revision == 4)
        #expect(try driver.setCurrentCommandLine(of: 100, "other").revision == 5)
        _ = try driver.exitProcess(100)
        #expect(revision == 6)
        let changes = driver.processChanges(after: 5, limit: 10)
        #expect(changes.items.isEmpty)
        #expect(changes.removed.map(\.process.processId) == [100])
        #expect(changes.isComplete)
    }

    @Test func `SYN-9: an acknowledgment that clears a rule is a change`() throws {
        try driver.makeProcess(100, rules: .notifyNewThreadSameProcess)
        let before = revision
        _ = try driver.createThreadAtOnce(ThreadCreation(processId: 100))
        #expect(changed(after: before) == [100])
        #expect(driver.process(100)?.rules == [])
    }

    @Test func `TEX-2, IMG-3: flags that the routines set and clear are a change`() throws {
        try driver.makeProcess(100, rules: [.notifyProcessCmdLine, .notifyWow64cpuLoad])
        var before = revision
        _ = try driver.createThreadAtOnce(ThreadCreation(processId: 100))
        #expect(changed(after: before) == [100])
        before = revision
        _ = try driver.loadImageAtOnce(
            ImageLoad(processId: 100, fullImageName: #"C:\Windows\System32\wow64cpu.dll"#))
        #expect(changed(after: before) == [100])
    }

    @Test func `PRC-3: rules and flags of the engine's reply are a change`() throws {
        engine.follow { message in
            let answer = CreateProcessAnswer(processRules: ProcessRules.notifyImageLoadRule.rawValue)
            return EngineResult(status: .success, reply: .createProcess(answer))
        }
        let process = try driver.makeProcess(100)
        #expect(process.revision == 3)
        #expect(driver.process(100) == process)
    }

    @Test func `PRC-4: a process that the engine denied is removed`() throws {
        engine.follow { _ in
            EngineResult(status: .success, reply: .createProcess(CreateProcessAnswer(accessDenied: true)))
        }
        var creation = ProcessCreation(imageFileName: "a", processId: 100)
        creation.creationTime = FileTime(ticks: 1)
        _ = try driver.createProcessAtOnce(creation)
        #expect(driver.processChanges(after: 1, limit: 10).removed.map(\.process.processId) == [100])
    }

    @Test func `ASY-2: messages that are counted for a process are not a change`() throws {
        try driver.makeProcess(100)
        let before = revision
        for _ in 0..<3 {
            _ = try driver.sendAsyncNotification(.logPrint, .raw([]), processId: 100)
            _ = try driver.loadImageAtOnce(ImageLoad(processId: 100, fullImageName: "a"))
        }
        #expect(driver.process(100)?.notificationsSent == 7)
        #expect(revision == before)
    }

    @Test func `a call that changes nothing is not a change`() throws {
        try driver.makeProcess(100, rules: .notifyImageLoadRule, imageFileName: "a.exe")
        let before = revision
        _ = try driver.changeRules(of: 100, .modify(set: .notifyImageLoadRule, clear: .notifyProcessCmdLine))
        _ = try driver.changeFlags(of: 100, .modify(set: [], clear: []))
        _ = try driver.setCurrentCommandLine(of: 100, "a.exe")
        _ = try driver.sendSyncAtOnce(.registryEventSync(registryData: []), processId: 100)
        #expect(revision == before)
    }

    @Test func `a process that changed twice is reported once, as it is now`() throws {
        for processId: UInt32 in [100, 104, 108] { try driver.makeProcess(processId) }
        let before = revision
        for processId: UInt32 in [100, 108, 100] {
            _ = try driver.changeRules(of: processId, .modify(set: .notifyImageLoadRule, clear: []))
            _ = try driver.changeRules(of: processId, .modify(set: [], clear: .notifyImageLoadRule))
        }
        let changes = driver.processChanges(after: before, limit: 10)
        #expect(changes.items.map(\.identity.processId) == [108, 100])
        #expect(changes.items.map(\.revision) == [before + 4, before + 6])
        #expect(changes.revision == before + 6)
    }

    // MARK: What is remembered

    @Test func `a revision of another host, or of the future, is not one of this host`() {
        let changes = driver.processChanges(after: 2, limit: 10)
        #expect((changes.revision, changes.isComplete, changes.items.count) == (1, false, 0))
        #expect(driver.processChanges(after: 1, limit: 10).isComplete)
    }

    @Test func `more removals than are remembered make a revision too old`() throws {
        for _ in 0..<RemovedProcesses.most {
            try driver.makeProcess(100)
            _ = try driver.exitProcess(100)
        }
        #expect(driver.processChanges(after: 1, limit: 10).isComplete)
        try driver.makeProcess(100)
        _ = try driver.exitProcess(100)
        #expect(!driver.processChanges(after: 1, limit: 10).isComplete)
        #expect(!driver.processChanges(after: 2, limit: 10).isComplete)
        #expect(driver.processChanges(after: 3, limit: 10).isComplete, "the first removal was revision 3")
    }

    @Test func `more changed processes than a reader may walk make a revision too old`() throws {
        for index in 0..<UInt32(ProcessChanges.most) { try driver.makeProcess(100 + 4 * index) }
        #expect(driver.processChanges(after: 1, limit: 10).isComplete)
        #expect(!driver.processChanges(after: 0, limit: 10).isComplete, "System and the others are one too many")
        _ = try driver.changeRules(of: 4, .replace(.notifyImageLoadRule))
        #expect(!driver.processChanges(after: 1, limit: 10).isComplete)
        #expect(driver.processChanges(after: 2, limit: 10).isComplete)
    }

    // MARK: Readers

    /// A reader that keeps the processes it was told of, as a page does.
    fileprivate struct Reader {
        var processes: [UInt32: ProcessContext] = [:]
        var revision: UInt64 = 0

        /// Applies the changes, `limit` at a time.
        mutating func read(_ driver: Driver, limit: Int, matching query: ProcessSearch.Query) throws {
            while true {
                var filter = driver.processChanges(after: revision, limit: limit).matching(query)
                let advanced = filter.advance()
                let changes = try #require(advanced)
                try #require(changes.isComplete)
                #expect(changes.items.count + changes.removed.count <= limit)
                for removal in changes.removed where processes[removal.process.processId]?.identity == removal.process {
                    processes[removal.process.processId] = nil
                }
                for process in changes.items { processes[process.identity.processId] = process }
                if changes.revision == revision { return }
                #expect(changes.revision > revision)
                revision = changes.revision
            }
        }
    }

    @Test(arguments: UInt64(1)...10)
    func `whatever happens, a reader of the changes has the same processes as the table`(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var armed = ProcessSearch.Query()
        armed.rules = .notifyImageLoadRule
        var (all, some) = (Reader(), Reader())
        for _ in 0..<60 {
            for _ in 0..<Int.random(in: 0..<12, using: &random) {
                let processId = 4 * UInt32.random(in: 1..<12, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0, 1:
                    var creation = ProcessCreation(imageFileName: "a", processId: processId)
                    creation.creationTime = FileTime(ticks: random.next() >> 8)
                    if Bool.random(using: &random) { creation.rules = .notifyImageLoadRule }
                    try? driver.createProcess(creation) { _ in }
                case 2: _ = try? driver.exitProcess(processId)
                case 3: _ = try? driver.changeRules(of: processId, .replace(.notifyImageLoadRule))
                case 4: _ = try? driver.loadImageAtOnce(ImageLoad(processId: processId, fullImageName: "a"))
                default: _ = try? driver.setCurrentCommandLine(of: processId, "b")
                }
            }
            let limit = Int.random(in: 1..<6, using: &random)
            try all.read(driver, limit: limit, matching: ProcessSearch.Query())
            try some.read(driver, limit: limit, matching: armed)
            #expect(all.revision == revision)
            #expect(all.words == driver.processes(limit: 100).items.map(\.words))
            #expect(some.words == driver.processes(armed, limit: 100).items.map(\.words))
        }
    }

    @Test func `a list has the revision that it was read at`() throws {
        try driver.makeProcess(100)
        let list = driver.processes(limit: 10)
        #expect(list.revision == 2)
        #expect(driver.processChanges(after: list.revision, limit: 10).isEmpty)
    }

    // MARK: Waiting

    private func wait(after revision: UInt64) -> (Received<ProcessChanges>, ProcessChangeWait) {
        let received = Received<ProcessChanges>()
        let wait = driver.awaitProcessChanges(
            after: revision, limit: 10, timeout: .seconds(1), completion: received.take)
        return (received, wait)
    }

    @Test func `a change ends all waits, on the followers' queue`() throws {
        let waits = (0..<3).map { _ in wait(after: 1).0 }
        _ = try driver.queueMessages(1)
        followerQueue.runAll()
        #expect(waits.map(\.count) == [0, 0, 0], "a message is not a change")
        try driver.makeProcess(100)
        followerQueue.runAll()
        #expect(waits.map { $0.values.map { $0.items.map(\.identity.processId) } } == [[[100]], [[100]], [[100]]])
        #expect(timers.delays.isEmpty)
    }

    @Test func `changes that are there already end a wait at once`() throws {
        try driver.makeProcess(100)
        #expect(wait(after: 1).0.values.map(\.revision) == [2])
        #expect(wait(after: 99).0.values.map(\.isComplete) == [false])
    }

    @Test func `a wait ends without changes when its time is over`() {
        let (received, _) = wait(after: 1)
        timers.advance(by: .milliseconds(999))
        #expect(received.count == 0)
        timers.advance(by: .milliseconds(1))
        #expect(received.values.map(\.isEmpty) == [true])
    }

    @Test func `a wait that was ended is not woken`() throws {
        let (received, wait) = wait(after: 1)
        wait.end()
        wait.end()
        try driver.makeProcess(100)
        followerQueue.runAll()
        #expect(received.count == 1)
        #expect(timers.delays.isEmpty)
    }

    @Test func `ASY-9: the end of the driver ends all waits, and later ones end at once`() {
        let (received, _) = wait(after: 1)
        driver.unload { _ in }
        followerQueue.runAll()
        #expect(received.count == 1)
        #expect(wait(after: 1).0.values.map(\.isEmpty) == [true])
    }

    @Test func `no change is missed while others make them`() {
        let driver = Driver.make()
        let received = Received<UInt64>()
        @Sendable func follow(_ revision: UInt64) {
            driver.awaitProcessChanges(after: revision, limit: 10, timeout: .seconds(60)) { changes in
                received.take(changes.revision)
                if changes.revision < 3001 { follow(changes.revision) }
            }
        }
        follow(1)
        onThreads(3) { index in
            for _ in 0..<500 {
                let processId = UInt32(100 + 4 * index)
                _ = try? driver.makeProcess(processId)
                _ = try? driver.exitProcess(processId)
            }
        }
        #expect(received.values.last == 3001)
        #expect(received.values == received.values.sorted())
    }
}

extension ProcessChangesTests.Reader {
    fileprivate var words: [String] {
        processes.values.sorted { $0.identity.processId < $1.identity.processId }.map(\.words)
    }
}

extension ProcessContext {
    /// What a list of processes shows of it, but for the count of its messages.
    fileprivate var words: String { "\(identity) \(rules) \(flags) \(currentCommandLine) \(revision)" }
}
