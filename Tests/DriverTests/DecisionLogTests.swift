import Messages
import Runtime
import TestSupport
import Testing

@testable import Driver

/// UIA-3: why a routine created a message, or none.
@Suite struct DecisionLogTests {
    private func all(_ driver: Driver, _ change: (inout DecisionQuery) -> Void = { _ in }) -> [NumberedDecision] {
        var query = DecisionQuery()
        change(&query)
        return driver.decisions(query, limit: 1000).items
    }

    private func processes(_ driver: Driver) throws {
        for processId in [8, 12] as [UInt32] {
            try driver.createProcess(ProcessCreation(imageFileName: "a.exe", processId: processId)) { _ in }
        }
    }

    @Test func `UIA-3: a decision fits into 64 bytes`() {
        #expect(MemoryLayout<Decision>.stride <= 64)
        #expect(DriverRoutine.allCases.allSatisfy { $0.checks.count <= UInt16.bitWidth })
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func `UIA-3: a decision has the checks and the messages of the report, and each message has its decision`(
        seed: UInt64
    ) throws {
        var random = SplitMix(seed: seed)
        let driver = Driver.make()
        try processes(driver)
        let reports = Received<RoutineReport>()
        for _ in 0..<40 {
            let isSwapped = Bool.random(using: &random)
            let (one, other): (UInt32, UInt32) = isSwapped ? (12, 8) : (8, 12)
            let rules = ProcessRules(rawValue: UInt32.random(in: 0...UInt32.max, using: &random))
            _ = try driver.changeRules(of: one, .replace(rules))
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                let creator = Bool.random(using: &random) ? one : other
                try driver.createThread(ThreadCreation(processId: one, creatorProcessId: creator)) { outcome in
                    for report in outcome.routines { reports.take(report) }
                }
            case 1:
                try driver.loadImage(
                    ImageLoad(processId: one, fullImageName: #"C:\Windows\System32\Wow64cpu.dll"#)
                ) { for report in $0 { reports.take(report) } }
            default:
                guard let thread = try driver.threads(of: one).first else { continue }
                for report in try driver.deleteThread(thread.threadId, of: one) { reports.take(report) }
            }
        }
        let decisions = all(driver) { $0.after = 2 }
        #expect(decisions.count == reports.values.count)
        for (entry, report) in zip(decisions, reports.values) {
            let decision = entry.decision
            #expect(decision.routine == report.routine)
            #expect(decision.trace == report.trace)
            #expect(decision.messages == report.messages.map(\.message.sequence))
            #expect(decision.notified == report.notified)
            #expect(!decision.isOpen)
            #expect(decision.decidedBy == Array(report.trace.checks).last?.check)
            for message in report.messages {
                #expect(driver.message(message.message.sequence)?.decision == entry.number)
                #expect(all(driver) { $0.message = message.message.sequence } == [entry])
            }
        }
    }

    @Test func `UIA-3: a decision is open while its routine waits for the engine`() throws {
        let engine = ScriptedEngine.holding()
        let driver = Driver.make(engine: engine)
        try driver.createProcess(ProcessCreation(imageFileName: "a.exe", processId: 8)) { _ in }
        let open = try #require(all(driver).first)
        #expect(open.decision.isOpen)
        #expect(open.decision.messages == [1])
        #expect(Array(open.decision.trace.checks).map(\.check) == [.createInfo, .hasCreateThreadNotifyRoutineEx])
        engine.acknowledge()
        let over = try #require(all(driver).first)
        #expect(!over.decision.isOpen)
        #expect(Array(over.decision.trace.checks).last?.check == .ruleNotifyProcessCmdLineAtCreation)
    }

    @Test func `UIA-3: the oldest are given up, with the names of their images`() throws {
        let driver = Driver.make(limits: .make { $0.decisions = 7 })
        try processes(driver)
        for number in 1...50 {
            try driver.loadImage(ImageLoad(processId: 8, fullImageName: "\(number).dll")) { _ in }
            let page = driver.decisions(DecisionQuery(), limit: 100)
            #expect((page.oldest, page.newest) == (UInt64(max(1, number - 4)), UInt64(number + 2)))
            #expect(page.items.map(\.number) == Array(page.oldest...page.newest))
            for item in page.items {
                let name = item.number <= 2 ? "a.exe" : "\(item.number - 2).dll" as UnicodeString
                #expect(item.fullImageName == name)
            }
        }
        let before = driver.withState { $0.keptBytes }
        driver.giveUpHalfOfHistory()
        #expect(driver.withState { $0.keptBytes } < before)
        #expect(all(driver).map(\.number) == [50, 51, 52])
        for number in 51...90 { try driver.loadImage(ImageLoad(processId: 8, fullImageName: "\(number).dll")) { _ in } }
        #expect(all(driver).map(\.fullImageName) == (84...90).map { "\($0).dll" })
        for _ in 0..<9 { driver.giveUpHalfOfHistory() }
        #expect(all(driver) == [])
        #expect(driver.decisions(DecisionQuery(), limit: 1).oldest == 93)
        try driver.loadImage(ImageLoad(processId: 8, fullImageName: "z.dll")) { _ in }
        #expect(all(driver).map(\.number) == [93])
    }

    @Test func `UIA-3: a search finds those about a process, of a routine, with and without a message`() throws {
        let driver = Driver.make()
        try processes(driver)
        try driver.createThread(ThreadCreation(processId: 12, creatorProcessId: 8)) { _ in }
        try driver.loadImage(ImageLoad(processId: 12, fullImageName: "x.dll")) { _ in }
        #expect(all(driver) { $0.processId = 8 }.map(\.number) == [1, 3, 4])
        #expect(all(driver) { $0.processId = 12 }.map(\.number) == [2, 3, 4, 5])
        #expect(all(driver) { $0.routine = .loadImageNotify }.map(\.number) == [5])
        #expect(all(driver) { $0.notified = false }.map(\.number) == [3, 4])
        #expect(all(driver) { ($0.notified, $0.processId) = (true, 12) }.map(\.number) == [2, 5])
        #expect(all(driver) { $0.after = 4 }.map(\.number) == [5])
        #expect(driver.decisions(DecisionQuery(), limit: 2).end == 2)
        #expect(driver.decisions(DecisionQuery(), limit: 5).hasMore == false)
    }

    @Test(arguments: [6, 7, UInt64.max - 1, .max])
    func `UIA-3: a search from the end or beyond it ends`(after: UInt64) throws {
        let driver = Driver.make()
        for processId in 8...13 as ClosedRange<UInt32> {
            try driver.createProcess(ProcessCreation(imageFileName: "a.exe", processId: processId)) { _ in }
        }
        #expect(all(driver) { $0.after = after } == [])
        #expect(all(Driver.make()) { $0.after = after } == [])
    }

    @Test func `UIA-3: names beyond 1024 bytes are not kept, and without a capacity nothing is`() throws {
        let driver = Driver.make()
        try processes(driver)
        let long = UnicodeString(String(repeating: "x", count: 1025))
        try driver.loadImage(ImageLoad(processId: 8, fullImageName: long)) { _ in }
        #expect(all(driver).last?.fullImageName == nil)
        let none = Driver.make(limits: .make { $0.decisions = 0 })
        try processes(none)
        #expect(all(none) == [])
        #expect(none.message(1)?.decision == nil)
    }

    @Test func `UIA-3: somebody who waits for a decision is woken by the next one`() throws {
        let driver = Driver.make()
        let woken = Received<Int>()
        guard case .waiting = driver.followDecisions(after: 0, { woken.take(1) }) else {
            Issue.record("there is none yet")
            return
        }
        try driver.createProcess(ProcessCreation(imageFileName: "a.exe", processId: 8)) { _ in }
        #expect(woken.values == [1])
        #expect(driver.followDecisions(after: 0) {} == .ready)
    }

    @Test func `the memory that drivers report is what they keep, in steps, and is given back`() throws {
        let memory = Memory()
        do {
            let driver = Driver(
                limits: .make { $0.decisions = 10_000 }, engine: ScriptedEngine(), clock: ManualClock(),
                timers: ManualTimers(), workQueue: ManualWorkQueue(), followerQueue: ManualWorkQueue(),
                historyMemory: memory)
            _ = driver
        }
        #expect(memory.bytes == 0)
        do {
            let queue = ManualWorkQueue()
            let driver = Driver(
                limits: .make { $0.decisions = 10_000 }, engine: ScriptedEngine(), clock: ManualClock(),
                timers: ManualTimers(), workQueue: InlineWorkQueue(), followerQueue: queue, historyMemory: memory)
            try processes(driver)
            for _ in 0..<2000 { try driver.loadImage(ImageLoad(processId: 8, fullImageName: "x.dll")) { _ in } }
            queue.runAll()
            let kept = driver.withState { $0.keptBytes }
            #expect((kept..<kept + (17 << 10)).contains(memory.bytes))
            driver.giveUpHalfOfHistory()
            let less = driver.withState { $0.keptBytes }
            #expect(less < kept * 6 / 10)
            #expect((less..<less + (17 << 10)).contains(memory.bytes))
        }
        #expect(memory.bytes == 0)
    }
}

private final class Memory: HistoryMemory {
    private let received = Received<Int>()

    var bytes: Int { received.values.reduce(0, +) }

    func grew(by bytes: Int) { received.take(bytes) }
}
