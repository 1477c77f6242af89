import Messages
import TestSupport
import Testing

@testable import Driver

@Suite struct ProcessTableTests {
    private let driver = Driver.make(limits: .make { ($0.processes, $0.threads) = (4, 3) })

    private func newPid() throws -> UInt32 {
        let outcome = try driver.createProcessAtOnce(ProcessCreation(imageFileName: "a"))
        return try #require(outcome.process?.identity.processId)
    }

    @Test func `DATA-1: pids and tids are the lowest free multiples of 4 in one table`() throws {
        #expect(try newPid() == 8)
        var creation = ThreadCreation(processId: 8)
        creation.creatorThreadId = 7
        #expect(try driver.createThreadAtOnce(creation).thread.threadId == 12)
        #expect(try newPid() == 16)
        _ = try driver.exitProcess(8)
        #expect(try newPid() == 8)
        #expect(try driver.createThreadAtOnce(ThreadCreation(processId: 4, threadId: 20)).thread.threadId == 20)
        _ = try driver.deleteThread(20, of: 4)
    }

    @Test func `DATA-1: a creator's reserved tid stays the same while the creator lives`() throws {
        let engine = ScriptedEngine()
        let driver = Driver.make(engine: engine)
        try driver.makeProcess(100)
        for _ in 0..<3 {
            _ = try driver.changeRules(of: 100, .replace(.notifyNewThreadSameProcess))
            _ = try driver.createThreadAtOnce(ThreadCreation(processId: 100))
        }
        let creators = engine.messages.compactMap { message -> UInt32? in
            guard case .newThreadSameProcess(let data)? = message.sync?.data else { return nil }
            return data.currentThread.threadId
        }
        #expect(creators == [8, 8, 8])
        #expect(try driver.threads(of: 100).map(\.threadId) == [12, 16, 20])
        _ = try driver.exitProcess(100)
        #expect(try driver.createProcessAtOnce(ProcessCreation(imageFileName: "b")).process?.identity.processId == 8)
    }

    @Test func `DATA-1: a tid belongs to one process, and a deleted one is free`() throws {
        try driver.makeProcess(100)
        try driver.makeProcess(104)
        _ = try driver.createThreadAtOnce(ThreadCreation(processId: 100, threadId: 200))
        #expect(throws: DriverError.threadExists(200)) {
            try driver.createThreadAtOnce(ThreadCreation(processId: 104, threadId: 200))
        }
        #expect(throws: DriverError.unknownThread(200)) { try driver.deleteThread(200, of: 104) }
        #expect(throws: DriverError.unknownProcess(7)) { try driver.deleteThread(200, of: 7) }
        #expect(throws: DriverError.unknownProcess(7)) { try driver.threads(of: 7) }
        _ = try driver.deleteThread(200, of: 100)
        #expect(throws: DriverError.unknownThread(200)) { try driver.deleteThread(200, of: 100) }
        #expect(try driver.createThreadAtOnce(ThreadCreation(processId: 104, threadId: 200)).processId == 104)
    }

    @Test func `DATA-1: a creator's reserved tid cannot be used by another thread`() throws {
        let driver = Driver.make()
        try driver.makeProcess(100)
        try driver.makeProcess(104)
        _ = try driver.createThreadAtOnce(ThreadCreation(processId: 100))  // 8 is reserved for its creator
        for processId: UInt32 in [100, 104] {
            #expect(throws: DriverError.firstThread(8, of: 100)) {
                try driver.createThreadAtOnce(ThreadCreation(processId: processId, threadId: 8))
            }
        }
        #expect(throws: DriverError.firstThread(8, of: 100)) {
            try driver.createProcessAtOnce(ProcessCreation(imageFileName: "a", processId: 8))
        }
        #expect(throws: DriverError.unknownThread(8)) { try driver.deleteThread(8, of: 100) }
        _ = try driver.exitProcess(100)
        #expect(try driver.createThreadAtOnce(ThreadCreation(processId: 104, threadId: 8)).processId == 104)
    }

    @Test func `DATA-1: a recording may take a creator's reserved tid, and another one is reserved`()
        throws
    {
        let engine = ScriptedEngine()
        let driver = Driver.make(engine: engine)
        try driver.makeProcess(100)
        try driver.makeProcess(104)
        func currentThread() throws -> UInt32? {
            _ = try driver.changeRules(of: 100, .replace(.notifyNewThreadSameProcess))
            _ = try driver.createThreadAtOnce(ThreadCreation(processId: 100))
            guard case .newThreadSameProcess(let data)? = engine.messages.last?.sync?.data else { return nil }
            return data.currentThread.threadId
        }
        #expect(try currentThread() == 8)
        var thread = ThreadCreation(processId: 104, threadId: 8)
        thread.creatorThreadId = 7
        thread.replacesThread = true
        _ = try driver.createThreadAtOnce(thread)
        #expect(try driver.threads(of: 104).map(\.threadId) == [8])
        #expect(try currentThread() == 16)
        var process = ProcessCreation(imageFileName: "a", processId: 16)
        process.replacesThread = true
        _ = try driver.createProcessAtOnce(process)
        #expect(try currentThread() == 24)
        thread.threadId = 24
        thread.processId = 100
        _ = try driver.createThreadAtOnce(thread)
        #expect(try currentThread() == 32)
    }

    @Test func `DATA-1: a creator's reserved tid differs from the tid that is being created`() throws {
        var table = ProcessTable()
        let system = try #require(table.reference(processId: 4))
        #expect(table.initialThreadId(of: system, otherThan: 8) == 12)
        #expect(table.initialThreadId(of: system, otherThan: nil) == 12)
        #expect(table.lowestFreeId() == 8)
        table.insertThread(AuxTidCreationTime(threadId: 8, creationTime: .none), of: system)
        #expect(table.lowestFreeId() == 16)
        table.endReservation(of: 12)
        #expect(table.lowestFreeId() == 12)
        #expect(table.initialThreadId(of: system, otherThan: 16) == 12)
    }

    @Test
    func `very many threads of a process are gone at once, and their tids are free after some events`()
        throws
    {
        var table = ProcessTable()
        func process(_ processId: UInt32) -> ProcessContext {
            var context = ProcessContext.system
            context.identity.processId = processId
            return context
        }
        let reference = table.insert(process(100_000_000))
        let count = 3 * ProcessTable.forgottenAtOnce
        for index in 0..<UInt32(count) {
            table.insertThread(AuxTidCreationTime(threadId: 8 + 4 * index, creationTime: .none), of: reference)
        }
        #expect(table.threadCount == count)
        #expect(table.threads(of: reference, after: 12, limit: 2).map(\.threadId) == [16, 20])
        table.remove(reference)
        #expect(table.threadCount == 0)
        #expect(!table.hasThread(8))
        #expect(table.threads(of: reference, after: nil, limit: 2).isEmpty)
        // One of the tids is used again before it was released.
        let other = table.insert(process(100_000_004))
        table.insertThread(AuxTidCreationTime(threadId: 8, creationTime: .none), of: other)
        var events = 0
        while table.lowestFreeId() != 12, events < 100 {
            table.remove(table.insert(process(200_000_000)))
            events += 1
        }
        #expect(events > 0 && events < 100)
        #expect(table.hasThread(8))
        #expect(table.threadCount == 1)
    }

    @Test func `DATA-1: a thread is found only in its own process`() throws {
        try driver.makeProcess(100)
        let thread = try driver.createThreadAtOnce(ThreadCreation(processId: 100, threadId: 200)).thread
        #expect(try driver.thread(200, of: 100) == thread)
        #expect(throws: DriverError.unknownThread(200)) { try driver.thread(200, of: 4) }
        #expect(throws: DriverError.unknownProcess(104)) { try driver.thread(200, of: 104) }
        _ = try driver.exitProcess(100)
        try driver.makeProcess(100)
        #expect(throws: DriverError.unknownThread(200)) { try driver.thread(200, of: 100) }
    }

    @Test func `DATA-1: a recording's thread takes its tid over from another thread`() throws {
        try driver.makeProcess(100)
        try driver.makeProcess(104)
        for threadId: UInt32 in [200, 204, 208] {
            _ = try driver.createThreadAtOnce(ThreadCreation(processId: 100, threadId: threadId))
        }
        var creation = ThreadCreation(processId: 104, threadId: 204)
        creation.replacesThread = true
        _ = try driver.createThreadAtOnce(creation)
        #expect(try driver.threads(of: 100).map(\.threadId) == [200, 208])
        #expect(try driver.threads(of: 104).map(\.threadId) == [204])
        _ = try driver.exitProcess(100)
        #expect(try driver.threads(of: 104).map(\.threadId) == [204])
    }

    @Test func `a process limit refuses one more and leaves nothing changed`() throws {
        for _ in 0..<3 { _ = try newPid() }
        let before = (driver.counters, driver.messages(MessageQuery(), limit: 100))
        #expect(throws: DriverError.limitReached(.processes)) { try newPid() }
        #expect(throws: DriverError.limitReached(.processes)) {
            try driver.synthesizeProcess(ProcessCreation(imageFileName: "a"))
        }
        #expect(driver.counters == before.0)
        #expect(driver.messages(MessageQuery(), limit: 100) == before.1)
        _ = try driver.exitProcess(12)
        #expect(try newPid() == 12)
    }

    @Test func `a thread limit refuses one more and leaves nothing changed`() throws {
        try driver.makeProcess(100, rules: [.notifyNewThreadSameProcess, .notifyProcessCmdLine])
        var creation = ThreadCreation(processId: 4)
        creation.creatorThreadId = 4
        for _ in 0..<3 { _ = try driver.createThreadAtOnce(creation) }
        let before = (driver.counters, driver.messages(MessageQuery(), limit: 100), driver.process(100))
        #expect(throws: DriverError.limitReached(.threads)) {
            try driver.createThreadAtOnce(ThreadCreation(processId: 100))
        }
        #expect(throws: DriverError.threadExists(8)) {
            try driver.createThreadAtOnce(ThreadCreation(processId: 100, threadId: 8))
        }
        #expect(driver.counters == before.0)
        #expect(driver.messages(MessageQuery(), limit: 100) == before.1)
        #expect(driver.process(100) == before.2)
        var replacing = ThreadCreation(processId: 100, threadId: 8)
        replacing.replacesThread = true
        #expect(try driver.createThreadAtOnce(replacing).thread.threadId == 8)
    }

    @Test func `limits on stream contexts and drivers refuse one more and leave nothing changed`() throws {
        let driver = Driver.make(limits: .make { ($0.streamContexts, $0.drivers) = (1, 1) })
        _ = try driver.createStreamContext(fileName: "a", rules: [])
        #expect(throws: DriverError.limitReached(.streamContexts)) {
            try driver.createStreamContext(fileName: "b", rules: [])
        }
        #expect(throws: DriverError.streamContextExists) { try driver.createStreamContext(fileName: "A", rules: []) }
        var load = ImageLoad(processId: 0, fullImageName: "a.sys")
        load.systemModeImage = true
        _ = try driver.loadImageAtOnce(load)
        #expect(throws: DriverError.limitReached(.drivers)) { try driver.loadImageAtOnce(load) }
        load.processId = 999
        #expect(throws: DriverError.unknownProcess(999)) { try driver.loadImageAtOnce(load) }
        #expect(driver.loadedDrivers.count == 1)
        #expect(driver.streamContexts.count == 1)
    }

    @Test func `names and command lines count while they exist`() throws {
        let driver = Driver.make(limits: .make { $0.textBytes = 6 + 300 })  // System has 6
        func create(_ processId: UInt32, _ length: Int) throws {
            var creation = ProcessCreation(
                imageFileName: "\(String(repeating: "x", count: length))", processId: processId)
            creation.commandLine = ""
            _ = try driver.createProcessAtOnce(creation)
        }
        for round in 0..<5 {
            try create(100, 100)
            _ = try driver.createStreamContext(fileName: String(repeating: "y", count: 50), rules: [])
            _ = try driver.setCurrentCommandLine(of: 100, "\(String(repeating: "z", count: 100))")
            let before = (driver.counters, driver.messages(MessageQuery(), limit: 100), driver.process(100))
            #expect(throws: DriverError.limitReached(.textBytes)) { try create(104, 1) }
            #expect(throws: DriverError.limitReached(.textBytes)) {
                try driver.synthesizeProcess(ProcessCreation(imageFileName: "a"))
            }
            #expect(throws: DriverError.limitReached(.textBytes)) {
                try driver.createStreamContext(fileName: "a", rules: [])
            }
            #expect(throws: DriverError.limitReached(.textBytes)) {
                try driver.setCurrentCommandLine(of: 100, "\(String(repeating: "z", count: 101))")
            }
            var load = ImageLoad(processId: 0, fullImageName: "a.sys")
            load.systemModeImage = true
            #expect(throws: DriverError.limitReached(.textBytes)) { try driver.loadImageAtOnce(load) }
            #expect(driver.counters == before.0)
            #expect(driver.messages(MessageQuery(), limit: 100) == before.1)
            #expect(driver.process(100) == before.2)
            #expect(driver.loadedDrivers.isEmpty)
            _ = try driver.exitProcess(100)
            try driver.deleteStreamContext(UInt64(round + 1))
        }
        try create(100, 300)
    }

    /// U+0250 takes two bytes, its upper case U+2C6F takes three.
    @Test(arguments: [(4, false), (5, true)])
    func `the upper case of a stream's name is counted with its own length`(room: Int, fits: Bool) throws {
        let driver = Driver.make(limits: .make { $0.textBytes = 6 + room })  // System has 6
        let context = try? driver.createStreamContext(fileName: "\u{250}", rules: [])
        #expect((context != nil) == fits)
        if fits { try driver.deleteStreamContext(1) }
        _ = try driver.createStreamContext(fileName: "ab", rules: [])
    }

    @Test func `processes are listed in ascending order of pid, one page at a time`() throws {
        let driver = Driver.make()
        for processId: UInt32 in [300, 100, .max, 200] { try driver.makeProcess(processId) }
        func page(after: UInt32?, limit: Int) -> ProcessSearch.Outcome {
            var query = ProcessSearch.Query()
            query.after = after
            return driver.processes(query, limit: limit)
        }
        let first = page(after: 4, limit: 2)
        #expect(first.items.map(\.identity.processId) == [100, 200])
        #expect(first.hasMore)
        let rest = page(after: 200, limit: 2)
        #expect(rest.items.map(\.identity.processId) == [300, .max])
        #expect(!rest.hasMore)
        #expect(page(after: .max, limit: 2).items.isEmpty)
        #expect(page(after: nil, limit: 1).items.map(\.isSystem) == [true])
        var query = ProcessSearch.Query()
        query.imageFileName = ImageNamePattern("SYS*")
        #expect(driver.processes(query, limit: 1).items.count == 1)
        #expect(!driver.processes(query, limit: 1).hasMore)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `DATA-1: the chosen id is the lowest free one after any sequence of events`(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var table = ProcessTable()
        var model: [UInt32: Set<UInt32>] = [4: []]
        for _ in 0..<1500 {
            let used = Set(model.keys).union(model.values.joined())
            let lowest = stride(from: UInt32(4), to: .max, by: 4).first { !used.contains($0) }
            #expect(table.lowestFreeId() == lowest)
            let id = Bool.random(using: &random) ? table.lowestFreeId() : .random(in: 0...90, using: &random)
            let processId = try #require(model.keys.sorted().randomElement(using: &random))
            let reference = try #require(table.reference(processId: processId))
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                guard model[id] == nil, model.count < 20 else { continue }
                var context = ProcessContext.system
                context.identity.processId = id
                table.insert(context)
                model[id] = []
            case 2 where !table.hasThread(id):
                table.insertThread(AuxTidCreationTime(threadId: id, creationTime: .none), of: reference)
                model[processId]?.insert(id)
            case 3:
                let owner = model.first { $0.value.contains(id) }?.key
                #expect(table.removeThread(id) == (owner != nil))
                if let owner { model[owner]?.remove(id) }
            default:
                guard processId != 4 else { continue }
                table.remove(reference)
                model[processId] = nil
                #expect(table[reference] == nil)
            }
            #expect(table.count == model.count)
            #expect(table.threadCount == model.values.reduce(0) { $0 + $1.count })
        }
    }
}
