import Driver
import Locking
import Messages
import Runtime
import Testing

struct EmbeddedEngineTests {
    private let timers = StoppedTimers()

    private func engine(_ reply: EmbeddedEngine.Reply, delay: Duration = .zero, failEvery: UInt64 = 0) -> EmbeddedEngine
    {
        EmbeddedEngine(.init(reply: reply, delay: delay, failEvery: failEvery), timers: timers)
    }

    /// The results of a send so far; there must be at most one.
    private func send(
        _ message: EngineMessage, to engine: some EnginePort, timeout: Duration = .seconds(1)
    ) -> Locked<[EngineResult]> {
        let results = Locked<[EngineResult]>([])
        engine.send(message, timeout: timeout) { result in results.withLock { $0.append(result) } }
        return results
    }

    private func now(_ message: EngineMessage, _ engine: some EnginePort) throws -> EngineResult {
        let results = send(message, to: engine).withLock { $0 }
        #expect(results.count == 1)
        return try #require(results.first)
    }

    @Test(arguments: SyncOperation.allCases)
    func `acknowledge answers each sync message with its own type, mismatch with another one`(
        operation: SyncOperation
    ) throws {
        let message = EngineMessage.sync(operation)
        let acknowledged = try now(message, engine(.acknowledge))
        #expect(acknowledged.status == .success)
        #expect(acknowledged.reply == .sync(ReplySyncMessage(operationType: operation.rawValue)))
        #expect(try now(message, engine(.deny)) == acknowledged)

        let mismatched = try now(message, engine(.mismatch))
        #expect(mismatched.status == .success)
        guard case .sync(let reply) = mismatched.reply else {
            Issue.record("not a sync reply: \(mismatched.reply)")
            return
        }
        #expect(reply.operationType != operation.rawValue)
        #expect(SyncOperation(rawValue: reply.operationType) != nil)
    }

    @Test func `acknowledge allows a process, deny denies it, mismatch sends an invalid reply`() throws {
        let message = EngineMessage.create
        #expect(try now(message, engine(.acknowledge)).reply == .createProcess(CreateProcessAnswer()))
        let denied = try now(message, engine(.deny))
        #expect(denied.status == .success)
        #expect(denied.reply == .createProcess(CreateProcessAnswer(accessDenied: true)))
        let mismatched = try now(message, engine(.mismatch))
        #expect(mismatched.status == .success)
        #expect(message.reading(of: mismatched.reply).fault != nil)
    }

    @Test(arguments: [EmbeddedEngine.Reply.acknowledge, .mismatch, .empty, .deny])
    func `async and Wow64cpuLoad messages succeed with an empty reply`(reply: EmbeddedEngine.Reply) throws {
        for message in [EngineMessage.exit, .wow64] {
            #expect(try now(message, engine(reply)) == EngineResult(status: .success))
        }
    }

    @Test(arguments: EngineMessage.ofEachKind)
    func `empty accepts every message without a reply`(message: EngineMessage) throws {
        #expect(try now(message, engine(.empty)) == EngineResult(status: .success))
    }

    @Test(arguments: EngineMessage.ofEachKind)
    func `disconnect fails at once, even with a delay`(message: EngineMessage) throws {
        let expected = EngineResult(status: .portDisconnected)
        #expect(try now(message, engine(.disconnect, delay: .seconds(5))) == expected)
        #expect(
            try now(message, DisconnectedEngine())
                == EngineResult(status: .portDisconnected, fault: "no engine is connected"))
        #expect(timers.waiting == [])
    }

    @Test(arguments: EngineMessage.ofEachKind)
    func `timeout answers STATUS_TIMEOUT at the timeout`(message: EngineMessage) {
        let results = send(message, to: engine(.timeout), timeout: .milliseconds(250))
        #expect(results.withLock { $0 } == [])
        #expect(timers.waiting == [.milliseconds(250)])
        timers.fireAll()
        #expect(results.withLock { $0 } == [EngineResult(status: .timeout)])
    }

    @Test func `a delayed answer comes after the delay`() {
        let results = send(.create, to: engine(.deny, delay: .milliseconds(20)), timeout: .milliseconds(21))
        #expect(results.withLock { $0 } == [])
        #expect(timers.waiting == [.milliseconds(20)])
        timers.fireAll()
        let denied = EngineReply.createProcess(CreateProcessAnswer(accessDenied: true))
        #expect(results.withLock { $0 } == [EngineResult(status: .success, reply: denied)])
    }

    @Test(arguments: [20, 21, 60_000])
    func `a delay that is not below the timeout ends as a timeout`(delay: Int) {
        let slow = engine(.acknowledge, delay: .milliseconds(delay), failEvery: 1)
        let results = send(.create, to: slow, timeout: .milliseconds(20))
        #expect(timers.waiting == [.milliseconds(20)])
        timers.fireAll()
        #expect(results.withLock { $0 } == [EngineResult(status: .timeout)])
    }

    @Test func `every third send of any kind fails, and the others do not`() throws {
        let engine = engine(.empty, failEvery: 3)
        var statuses: [NTStatus] = []
        for message in EngineMessage.ofEachKind + EngineMessage.ofEachKind {
            statuses.append(try now(message, engine).status)
        }
        let ping = Locked<[NTStatus]>([])
        engine.ping(timeout: .seconds(1)) { result in ping.withLock { $0.append(result.status) } }
        #expect(statuses.count == 8)
        #expect(
            statuses.enumerated().allSatisfy { $0.element == (($0.offset + 1) % 3 == 0 ? .unsuccessful : .success) })
        #expect(ping.withLock { $0 } == [.unsuccessful])
    }

    @Test(arguments: EmbeddedEngine.Reply.allCases)
    func `a send that must fail does so after the delay, whatever the reply`(reply: EmbeddedEngine.Reply) {
        let results = send(.exit, to: engine(reply, delay: .milliseconds(5), failEvery: 1))
        #expect(results.withLock { $0 } == [])
        #expect(timers.waiting == [.milliseconds(5)])
        timers.fireAll()
        #expect(results.withLock { $0 } == [EngineResult(status: .unsuccessful)])
    }

    @Test func `exactly every nth send fails, even with many threads`() async {
        let engine = engine(.acknowledge, failEvery: 7)
        let failures = Locked(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<1750 {
                        engine.send(.exit, timeout: .seconds(1)) { result in
                            if result.status == .unsuccessful { failures.withLock { $0 += 1 } }
                        }
                    }
                }
            }
        }
        #expect(failures.withLock { $0 } == 1000)
    }

    @Test func `a send outlives its engine`() {
        var engine: EmbeddedEngine? = engine(.acknowledge, delay: .milliseconds(5))
        let results = Locked<[EngineResult]>([])
        engine?.send(.exit, timeout: .seconds(1)) { result in results.withLock { $0.append(result) } }
        engine = nil
        timers.fireAll()
        #expect(results.withLock { $0 } == [EngineResult(status: .success)])
    }

    // MARK: Entries

    private func engine(_ entries: [ReplyEntry], reply: EmbeddedEngine.Reply = .acknowledge, delay: Duration = .zero)
        -> EmbeddedEngine
    {
        var behavior = EmbeddedEngine.Behavior(reply: reply, delay: delay, failEvery: 2)
        behavior.replies = entries
        return EmbeddedEngine(behavior, timers: timers)
    }

    private func entry(_ change: (inout ReplyEntry) -> Void) -> ReplyEntry {
        var entry = ReplyEntry()
        change(&entry)
        return entry
    }

    @Test func `PRC-3: an answer to CreateProcess is for creations of its image only`() throws {
        let answer = CreateProcessAnswer(accessDenied: true, processFlags: 1, processRules: 2)
        let engine = engine([entry { ($0.imageFileName, $0.answer) = ("A.*", answer) }])
        #expect(try now(.create, engine).reply == .createProcess(answer))
        for message in [EngineMessage.exit, .wow64] {
            #expect(try now(message, engine).reply == .empty)
        }
        let other = self.engine([entry { ($0.imageFileName, $0.answer) = ("b.*", answer) }])
        #expect(try now(.create, other).reply == .createProcess(CreateProcessAnswer()))
    }

    @Test func `the first entry that matches decides, and each counts its own failures`() throws {
        let engine = engine([
            entry { ($0.operation, $0.reply) = (.sync(.newThreadSameProcess), .mismatch) },
            entry { ($0.kind, $0.failEvery) = (.sync, 3) },
            entry { ($0.kind, $0.reply) = (.sync, .timeout) },
        ])
        let mismatched = EngineMessage.sync(.newThreadSameProcess)
        for _ in 0..<4 { #expect(mismatched.reading(of: try now(mismatched, engine).reply).fault != nil) }
        let statuses = try (0..<6).map { _ in try now(.sync(.registryEventSync), engine).status }
        #expect(statuses == [.success, .success, .unsuccessful, .success, .success, .unsuccessful])
        // Those that match no entry count for the engine's own failEvery.
        #expect(
            try (0..<4).map { _ in try now(.exit, engine).status } == [
                .success, .unsuccessful, .success, .unsuccessful,
            ])
    }

    @Test func `an entry has its own delay, or that of the engine`() {
        let entries = [
            entry { ($0.kind, $0.delay) = (.direct, .zero) }, entry { ($0.kind, $0.delay) = (.sync, .milliseconds(7)) },
        ]
        let engine = engine(entries, delay: .milliseconds(20))
        #expect(send(.create, to: engine).withLock { $0.count } == 1)
        _ = send(.sync(.registryEventSync), to: engine)
        _ = send(.exit, to: engine)
        #expect(timers.waiting == [.milliseconds(7), .milliseconds(20)])
    }

    @Test func `a message without an image matches no entry for an image`() throws {
        let message = EngineMessage(
            sequence: 1, time: .unixEpoch, kind: .async, process: nil,
            content: .async(AsyncMessage(operation: .registryEvent, body: .raw([]))))
        let engine = engine([entry { ($0.imageFileName, $0.reply) = ("*", .disconnect) }])
        #expect(try now(message, engine).status == .success)
        #expect(try now(.exit, engine).status == .portDisconnected)
    }

    @Test(
        arguments: [
            (.sync, .async(.createThread), nil, "CreateThread is never sync"),
            (.async, .sync(.registryEventSync), nil, "RegistryEventSync is always sync"),
            (.direct, .sync(.registryEventSync), nil, "RegistryEventSync is always sync"),
            (
                nil, .async(.loadImage), true,
                "accessDenied, rules and flags answer only a direct CreateProcess, which this entry excludes"
            ),
            (
                .async, .async(.createProcess), true,
                "accessDenied, rules and flags answer only a direct CreateProcess, which this entry excludes"
            ),
            (.direct, .async(.createProcess), true, nil), (.direct, nil, false, nil), (nil, nil, nil, nil),
        ] as [(EngineMessage.Kind?, EngineMessage.Operation?, Bool?, String?)])
    func `an entry that can never match is a fault`(
        kind: EngineMessage.Kind?, operation: EngineMessage.Operation?, denied: Bool?, fault: String?
    ) {
        var entry = ReplyEntry()
        (entry.kind, entry.operation) = (kind, operation)
        entry.answer = denied.map { CreateProcessAnswer(accessDenied: $0) }
        #expect(entry.fault == fault)
    }
}
