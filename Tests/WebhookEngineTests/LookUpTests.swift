import Bytes
import Driver
import Glibc
import Locking
import Messages
import TestSupport
import Testing

@testable import WebhookEngine

/// Names of engines are looked up on our own threads, only a few at a time (decision 17).
@Suite(.timeLimit(.minutes(2)))
struct LookUpTests {
    private let start = Monotonic.now()

    private func after(_ milliseconds: Int) -> Monotonic { start + .milliseconds(milliseconds) }

    @Test func `messages for one name share a lookup, start a second after three seconds, but not a third`() {
        var state = LookUpState()
        #expect(state.arrive("a", for: "one", at: start) == .begin)
        #expect(state.arrive("a", for: "two", at: after(2999)) == .join)
        #expect(state.arrive("a", for: "two", at: after(3000)) == .begin)
        #expect(state.arrive("a", for: "three", at: after(3001)) == .join)
        let refusal = LookUpState.Admission.refuse("a is not looked up: 2 lookups of it are already running")
        #expect(state.arrive("a", for: "three", at: after(6000)) == refusal)
        state.finish(1)
        #expect(state.isRunning("a"))
        #expect(state.arrive("a", for: "three", at: after(6000)) == .begin)
    }

    @Test func `a host can have two lookups in progress, all hosts together thirty-two`() {
        var state = LookUpState()
        for name in ["a", "b"] { #expect(state.arrive(name, for: "one", at: start) == .begin) }
        let own = LookUpState.Admission.refuse("c is not looked up: 2 lookups for this host are already running")
        #expect(state.arrive("c", for: "one", at: start) == own)
        for number in 0..<30 { #expect(state.arrive("n\(number)", for: "h\(number)", at: start) == .begin) }
        let all = LookUpState.Admission.refuse("c is not looked up: 32 lookups are already running")
        #expect(state.arrive("c", for: "other", at: start) == all)
        #expect(state.arrive("a", for: "other", at: start) == .join)
        state.finish(5)
        #expect(state.arrive("c", for: "other", at: start) == .begin)
        #expect(state.count == 32)
    }

    /// A resolver with answers from a test.
    private final class ScriptedResolver: NameResolver {
        private let script: @Sendable (_ name: String, _ call: Int) throws(LookUpFailure) -> [IPAddress]
        private let calls = Locked(0)

        init(_ script: @escaping @Sendable (_ name: String, _ call: Int) throws(LookUpFailure) -> [IPAddress]) {
            self.script = script
        }

        var count: Int { calls.withLock { $0 } }

        func addresses(of name: String) throws(LookUpFailure) -> [IPAddress] {
            let call = calls.withLock { count in
                count += 1
                return count
            }
            return try script(name, call)
        }
    }

    private static func address(_ text: String) -> IPAddress {
        guard let address = IPAddress(text) else { preconditionFailure(text) }
        return address
    }

    private static func thread(
        _ resolver: ScriptedResolver, rules: EgressRules = EgressRules()
    ) throws -> WebhookThread {
        try WebhookThread(rules, connections: 512, resolver: resolver)
    }

    @Test func `a name is looked up once, and the request keeps the name`() async throws {
        // It announces the close but does not close by itself: the end of a connection may be on its way when the next
        // message is sent.
        let receiver = try ScriptedReceiver { _ in
            [.send([UInt8]("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".utf8))]
        }
        let resolver = ScriptedResolver { _, _ in [Self.address("127.0.0.1")] }
        let engine = try WebhookEngine.make("http://engine.example:\(receiver.port)/", thread: Self.thread(resolver))
        for number in UInt64(1)...3 {
            #expect(await engine.outcome(of: .async(number)) == EngineResult(status: .success))
            await receiver.waitForNoConnection()
        }
        #expect(receiver.connections == 3)
        #expect(resolver.count == 1)
        #expect(receiver.requests.allSatisfy { $0["Host"] == "engine.example:\(receiver.port)" })
    }

    @Test func `a name without an address is reported, and looked up again with the next message`() async throws {
        let receiver = try ScriptedReceiver()
        let resolver = ScriptedResolver { (_, call) throws(LookUpFailure) in
            if call == 1 { throw LookUpFailure(text: "Name or service not known") }
            return [Self.address("127.0.0.1")]
        }
        let engine = try WebhookEngine.make("http://engine.example:\(receiver.port)/", thread: Self.thread(resolver))
        let fault = "could not look up engine.example: Name or service not known"
        #expect(await engine.outcome(of: .sync()) == EngineResult(status: .portDisconnected, fault: fault))
        #expect(await engine.status(of: .sync()) == .success)
    }

    @Test func `refused addresses of a name are skipped, and the next is tried`() async throws {
        let receiver = try ScriptedReceiver()
        let resolver = ScriptedResolver { _, _ in
            ["169.254.169.254", "10.0.0.1", "::ffff:169.254.169.254", "127.0.0.1"].map(Self.address)
        }
        let engine = try WebhookEngine.make("http://engine.example:\(receiver.port)/", thread: Self.thread(resolver))
        #expect(await engine.status(of: .sync()) == .success)
    }

    @Test func `a name that points to a forbidden address is refused at the socket`() async throws {
        let resolver = ScriptedResolver { _, _ in [Self.address("169.254.169.254")] }
        let engine = try WebhookEngine.make("http://engine.example/", thread: Self.thread(resolver))
        let outcome = await engine.outcome(of: .sync())
        #expect(outcome.status == .portDisconnected)
        #expect(outcome.fault == "not connected: 169.254.169.254 is a cloud's metadata service")
    }

    @Test func `a name that points elsewhere after its addresses expire is judged again`() async throws {
        let receiver = try ScriptedReceiver { _ in .reply() + [.close] }
        let resolver = ScriptedResolver { _, call in [Self.address(call == 1 ? "127.0.0.1" : "169.254.169.254")] }
        let thread = try WebhookThread(EgressRules(), connections: 8, resolver: resolver, addressLifetime: 1)
        let engine = try WebhookEngine.make("http://engine.example:\(receiver.port)/", thread: thread)
        #expect(await engine.fault(of: .sync()) == nil)
        var fault: String?
        // Until the second is over; the suite's time limit is the fail-safe.
        while fault == nil {
            await receiver.waitForNoConnection()
            fault = await engine.fault(of: .sync())
        }
        #expect(fault == "not connected: 169.254.169.254 is a cloud's metadata service")
    }

    @Test(arguments: [
        "ENGINE.example", "engine.example.", "xn--bcher-kva.example", "a_b.example",
    ])
    func `a name is looked up in libcurl's spelling`(name: String) async throws {
        let receiver = try ScriptedReceiver()
        let resolver = ScriptedResolver { _, _ in [Self.address("127.0.0.1")] }
        let engine = try WebhookEngine.make("http://\(name):\(receiver.port)/", thread: Self.thread(resolver))
        #expect(await engine.outcome(of: .sync()) == EngineResult(status: .success))
        #expect(resolver.count == 1)
    }

    @Test func `addresses and localhost are not looked up`() async throws {
        let resolver = ScriptedResolver { (_, _) throws(LookUpFailure) in throw LookUpFailure(text: "asked") }
        let thread = try Self.thread(resolver)
        let receiver = try ScriptedReceiver()
        for host in ["127.0.0.1", "127.1", "0x7f000001", "localhost", "a.LOCALHOST"] {
            let engine = try WebhookEngine.make("http://\(host):\(receiver.port)/", thread: thread)
            #expect(await engine.status(of: .sync()) == .success, "\(host)")
        }
        #expect(resolver.count == 0)
    }

    @Test func `a resolver that never answers has a limited number of threads, and other engines continue`() async {
        // In a separate process, where no other test has threads.
        await #expect(processExitsWith: .success) {
            let never = Barrier()
            let resolver = ScriptedResolver { _, _ in
                never.wait()
                return []
            }
            let thread = try LookUpTests.thread(resolver)
            let receiver = try ScriptedReceiver()
            let threads = ProcessResources.now.threads
            let results = Results()
            let engines = try (0..<50).map { number in
                try WebhookEngine.make("http://n\(number).example/", thread: thread, host: "h\(number)")
            }
            for round in 0..<60 {
                for (number, engine) in engines.enumerated() {
                    engine.send(.sync(), timeout: .milliseconds(200)) { results.add(round * 50 + number, $0.status) }
                }
            }
            let statuses = await results.wait(for: 3000)
            #expect(statuses.values.allSatisfy { $0 == [.timeout] || $0 == [.portDisconnected] })
            #expect(statuses.values.contains([.portDisconnected]), "those beyond the bound fail at once")
            #expect(ProcessResources.now.threads - threads <= 40)
            #expect(resolver.count == 32)
            let fault = await engines[49].fault(of: .sync())
            #expect(fault == "n49.example is not looked up: 32 lookups are already running")
            #expect(try await WebhookEngine.make(receiver.url, thread: thread).status(of: .sync()) == .success)
            never.open()
        }
    }
}

/// Blocks its callers until it is opened.
private final class Barrier: Sendable {
    private let ends: (read: Int32, write: Int32)

    init() {
        var ends: [Int32] = [0, 0]
        precondition(pipe(&ends) == 0, "pipe: \(errno)")
        self.ends = (ends[0], ends[1])
    }

    func wait() {
        var byte: UInt8 = 0
        _ = read(ends.read, &byte, 1)
    }

    func open() { close(ends.write) }
}
