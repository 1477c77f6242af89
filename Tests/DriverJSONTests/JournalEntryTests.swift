import Driver
import DriverJSON
import JSON
import Messages
import TestSupport
import Testing

/// Entries of the journal are read as the messages that they were written from.
struct JournalEntryTests {
    private func entry<Value>(_ record: MessageRecord, _ read: (JSONObject) -> Value?) throws -> Value {
        var json = JSONWriter()
        record.write(to: &json, host: "default")
        return try JSONDocument.read(json.bytes) { $0.openObject().flatMap(read) }
    }

    private func expectRoundTrips(_ driver: Driver) throws {
        for record in driver.messages(MessageQuery(), limit: 100_000).items {
            let read = try entry(record) { EngineMessage(journalEntry: $0) }
            #expect(read == record.message)
            #expect(read.bytes == record.message.bytes)
            let reply = try entry(record) { entry in
                .some(entry.optional("reply") { $0.openObject() }.flatMap { MessageReply($0) })
            }
            #expect(reply == record.reply)
        }
    }

    @Test(arguments: AsyncOperation.allCases)
    func `asynchronous messages`(operation: AsyncOperation) throws {
        var random = SplitMix(seed: UInt64(operation.rawValue))
        let driver = Driver.make()
        for processId in [4, nil, 4] as [UInt32?] {
            let body = AsyncBody(operation) { random.value(of: $0) }
            _ = try driver.sendAsyncNotification(operation, body, processId: processId, caller: CallerTag("12"))
        }
        _ = try driver.sendAsyncNotification(operation, AsyncBody(operation) { _ in nil }, processId: 4)
        #expect(driver.messages(MessageQuery(), limit: 10).items.count == 4)
        try expectRoundTrips(driver)
    }

    @Test(arguments: SyncOperation.allCases)
    func `synchronous messages`(operation: SyncOperation) throws {
        var random = SplitMix(seed: UInt64(operation.rawValue))
        let driver = Driver.make()
        for _ in 0..<4 {
            let priority = MpIoPriority(ioPriority: random.next(upTo: 9), threadPriority: 8, pagePriority: .max)
            let data = SyncData(operation) { random.value(of: $0) }
            if case .newImageLoadPerStream(let name) = data {
                _ = try? driver.createStreamContext(fileName: name.text, rules: [])
            }
            try driver.sendSyncNotification(
                data, processId: 4, ioPriority: priority, caller: CallerTag("a request id of more than fifteen bytes")
            ) { _ in }
        }
        #expect(driver.messages(MessageQuery(), limit: 10).items.count == 4)
        try expectRoundTrips(driver)
    }

    @Test func `messages of events`() throws {
        let driver = Driver.make()
        var creation = ProcessCreation(imageFileName: #"C:\app.exe"#, processId: 900)
        creation.rules = ProcessRules(rawValue: .max & ~0x200)
        try driver.createProcess(creation, caller: CallerTag("0")) { _ in }
        try driver.createThread(ThreadCreation(processId: 900)) { _ in }
        try driver.loadImage(ImageLoad(processId: 900, fullImageName: #"C:\Windows\System32\wow64cpu.dll"#)) { _ in }
        try driver.loadImage(ImageLoad(processId: 900, fullImageName: #"C:\a.dll"#)) { _ in }
        _ = try driver.exitProcess(900)
        let kinds = Set(driver.messages(MessageQuery(), limit: 100).items.map(\.message.kind))
        #expect(kinds == [.sync, .async, .direct])
        try expectRoundTrips(driver)
    }

    @Test(arguments: [
        EngineReply.empty, .createProcess(CreateProcessAnswer()),
        .createProcess(CreateProcessAnswer(accessDenied: true, processFlags: 0, processRules: .max)),
        .createProcess(CreateProcessAnswer(processFlags: 0x8000_0001)), .bytes([1, 2, 3]),
        .sync(ReplySyncMessage(operationType: -5)),
        .unreadable(ReplyFault(pointer: "/rules/0", "must not be \"x\"")),
    ])
    func `replies`(reply: EngineReply) throws {
        for hasAnswer in [false, true] {
            let driver = Driver.make(
                engine: ScriptedEngine { _ in
                    var result = EngineResult(status: .success, reply: reply)
                    if hasAnswer {
                        result.answer = EngineAnswer(
                            httpStatus: 207, mediaType: "application/json", body: Array(repeating: 0xFF, count: 1000))
                    }
                    return result
                })
            var creation = ProcessCreation(imageFileName: "a.exe", processId: 900)
            creation.rules = [.notifyNewThreadSameProcess]
            try driver.createProcess(creation) { _ in }
            try driver.sendSyncNotification(.registryEventSync(registryData: [1]), processId: 4) { _ in }
            #expect(driver.messages(MessageQuery(), limit: 10).items.contains { $0.reply != nil })
            try expectRoundTrips(driver)
        }
    }

    @Test func `statuses by name and value`() {
        for line in NTStatus.table { #expect(NTStatus(name: line.term.name) == line.status) }
        let other = NTStatus(rawValue: 0xC000_0022)
        #expect(NTStatus(name: other.name) == other)
        #expect(NTStatus(name: "STATUS_NOTHING") == nil)
        #expect(NTStatus(name: "0x") == nil)
    }
}

extension SplitMix {
    fileprivate mutating func next(upTo most: UInt32) -> UInt32 { UInt32.random(in: 0...most, using: &self) }

    /// A value for a field of a message.
    fileprivate mutating func value(of field: LayoutField) -> FieldValue? {
        let most = UInt64.max >> UInt64(64 - 8 * min(field.size ?? 8, 8))
        switch field.kind {
        case .number: return .number(next() & most)
        case .flag: return .number(next() & 1)
        case .hex: return .hex(next() & most)
        case .signed: return .signed(Int64(truncatingIfNeeded: Int32(truncatingIfNeeded: next())))
        case .process:
            return .process(AuxPidCreationTime(processId: next(upTo: .max), creationTime: time()))
        case .thread:
            return .thread(AuxTidCreationTime(threadId: next(upTo: .max), creationTime: time()))
        case .guid: return oword().map { .guid($0) }
        case .oword: return oword().map { .bytes($0.bytes) }
        case .text: return .text(["b", "a\\\"\u{1F600}\u{202E}", "C:\\ä\n\u{1}.exe"][Int(next() % 3)])
        case .data: return .bytes((0..<next(upTo: 40)).map { UInt8(truncatingIfNeeded: $0) })
        case .hashes: return .hashes([oword(), oword()].compactMap(\.self))
        case .constant, .zero, .length, .count, .offset: return nil
        }
    }

    private mutating func time() -> FileTime { next() % 3 == 0 ? .none : FileTime(ticks: 1 + next() % (1 << 60)) }

    private mutating func oword() -> OWord? { OWord(bytes: (0..<16).map { _ in UInt8(truncatingIfNeeded: next()) }) }
}
