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
        #expect(mismatched.reply == .unreadable)
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
        #expect(try now(message, DisconnectedEngine()) == expected)
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
}
