import Driver
import JSON
import Locking
import Messages
import TestSupport
import Testing
import WebhookEngine

@Suite(.timeLimit(.minutes(1)))
struct BatchTests {
    private static let limits = BatchLimits(maxMessages: 1000, maxDelay: .zero)

    private func engine(_ url: String, secret: WebhookSecret? = nil) throws -> WebhookEngine {
        try WebhookEngine.make(url, secret: secret, batch: BatchTests.limits)
    }

    /// Sends a batch of messages of `bytes` bytes each, and returns their results.
    private func results(
        _ engine: WebhookEngine, _ sequences: ClosedRange<UInt64>, bytes: Int = 0, timeout: Duration = .failSafe
    ) async throws -> [EngineResult] {
        let batches = try #require(engine.batches)
        let messages = sequences.map { EngineMessage.async($0, bytes: bytes) }
        return await withCheckedContinuation { continuation in
            batches.send(messages, timeout: timeout) { continuation.resume(returning: $0) }
        }
    }

    private func sequences(_ request: ScriptedReceiver.Request) throws -> [UInt64] {
        try JSONDocument.read(request.body) { value in
            value.array(maxCount: 1000)?.compactMap {
                $0.openObject()?["data"]?.openObject()?["sequence"]?.unsigned(in: 0...9999)
            }
        }
    }

    @Test func `an engine has batches only if its configuration says so`() throws {
        #expect(try WebhookEngine.make("http://127.0.0.1:9/").batches == nil)
        #expect(try engine("http://127.0.0.1:9/").batches?.limits == BatchTests.limits)
        #expect(throws: WebhookEngineError.batch(WebhookConfiguration.batchFault)) {
            try WebhookConfiguration(url: "http://127.0.0.1:9/", encoding: .binary, batch: BatchTests.limits)
        }
    }

    @Test func `ASY-7: a batch is one POST of an array of events in order, signed as a whole`() async throws {
        let receiver = try ScriptedReceiver()
        let secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let engine = try engine(receiver.url, secret: secret)
        let results = try await results(engine, 18...20)
        #expect(results.map(\.status) == [.success, .success, .success])
        #expect(results.map { $0.answer?.httpStatus } == [200, 200, 200])
        let request = try #require(receiver.requests.first)
        #expect(receiver.requests.count == 1)
        #expect(request["Content-Type"] == "application/cloudevents-batch+json")
        #expect(request["webhook-id"] == "default-5f3a9c-batch-18-20")
        #expect(try sequences(request) == [18, 19, 20])
        #expect(
            WebhookSignature.verify(
                try #require(request["webhook-signature"]), id: "default-5f3a9c-batch-18-20",
                timestamp: "\(StoppedClock.unixSecond)", body: request.body, with: secret))
    }

    @Test func `an element of a batch is the event of a single message`() async throws {
        let receiver = try ScriptedReceiver()
        let engine = try engine(receiver.url)
        _ = await engine.status(of: .async(18, bytes: 5))
        _ = try await results(engine, 18...18, bytes: 5)
        let (single, batch) = (receiver.requests[0].body, receiver.requests[1].body)
        #expect(batch == Array("[".utf8) + single + Array("]".utf8))
        #expect(receiver.requests[0]["Content-Type"] == "application/cloudevents+json")
    }

    @Test func `a thousand messages are one request`() async throws {
        let receiver = try ScriptedReceiver()
        #expect(try await results(try engine(receiver.url), 1...1000).count == 1000)
        #expect(try sequences(receiver.requests[0]) == Array(1...1000))
    }

    @Test func `a body has at most 1 MiB, and the result says which messages it had`() async throws {
        let receiver = try ScriptedReceiver()
        let engine = try engine(receiver.url)
        let one = try await results(engine, 1...1, bytes: 30_000)
        #expect(one.count == 1)
        let size = receiver.requests[0].body.count - 1
        let fitting = ((1 << 20) - 1) / size
        #expect(try await results(engine, 1...100, bytes: 30_000).count == fitting)
        #expect(receiver.requests[1].body.count <= 1 << 20)
        #expect(receiver.requests[1].body.count + size > 1 << 20)
        #expect(receiver.requests[1]["webhook-id"] == "default-5f3a9c-batch-1-\(fitting)")
        #expect(try sequences(receiver.requests[1]) == Array(1...UInt64(fitting)))
    }

    @Test func `a message that would make the body larger than 1 MiB is left out`() async throws {
        let receiver = try ScriptedReceiver()
        let engine = try engine(receiver.url)
        _ = try await results(engine, 11...11)
        let (empty, limit) = (receiver.requests[0].body.count - 2, 1 << 20)
        // Two events, a comma and two brackets; three bytes become four.
        let missing = limit - 2 * empty - 3
        let first = EngineMessage.async(11, bytes: missing / 4 * 3 - 3000)
        for (bytes, count) in [(2900, 2), (3100, 1)] {
            let second = EngineMessage.async(12, bytes: bytes)
            let batches = try #require(engine.batches)
            let results = await withCheckedContinuation { continuation in
                batches.send([first, second], timeout: .failSafe) { continuation.resume(returning: $0) }
            }
            #expect(results.count == count)
        }
    }

    @Test func `a message of more than 1 MiB is a batch of one`() async throws {
        let receiver = try ScriptedReceiver()
        #expect(try await results(try engine(receiver.url), 1...3, bytes: 1_000_000).count == 1)
        #expect(receiver.requests[0].body.count > 1 << 20)
        #expect(try sequences(receiver.requests[0]) == [1])
    }

    @Test func `ASY-7: a failed batch fails all of its messages`() async throws {
        let receiver = try ScriptedReceiver { _ in .reply("no", status: 500) }
        let results = try await results(try engine(receiver.url), 1...3)
        #expect(results.map(\.status) == [.unsuccessful, .unsuccessful, .unsuccessful])
        #expect(results.map(\.fault) == ["HTTP status 500", "HTTP status 500", "HTTP status 500"])
        #expect(receiver.requests.count == 1)
    }

    @Test func `ASY-7: the timeout is that of the batch`() async throws {
        let receiver = try ScriptedReceiver { _ in [.hang] }
        let results = try await results(try engine(receiver.url), 1...2, timeout: .milliseconds(50))
        #expect(results.map(\.status) == [.timeout, .timeout])
        #expect(receiver.requests.count == 1)
    }

    @Test func `closing the engine fails a batch in flight`() async throws {
        let receiver = try ScriptedReceiver { _ in [.hang] }
        let engine = try engine(receiver.url)
        async let results = results(engine, 1...2)
        await receiver.waitForRequests(1)
        engine.close()
        #expect(try await results.map(\.status) == [.portDisconnected, .portDisconnected])
    }

    @Test func `the content of the answer is ignored`() async throws {
        let receiver = try ScriptedReceiver { _ in .reply("[{\"nonsense\":", type: "text/plain") }
        let results = try await results(try engine(receiver.url), 1...2)
        #expect(results.map(\.status) == [.success, .success])
        #expect(results.map(\.reply) == [.empty, .empty])
    }

    @Test func `an engine lives until its last batch has ended`() async throws {
        let isReleased = Locked(false)
        let receiver = try ScriptedReceiver { _ in
            [.hold(until: { isReleased.withLock { $0 } })] + .reply()
        }
        let results = Received<[EngineResult]>()
        do {
            let batches = try #require(try engine(receiver.url).batches)
            batches.send([.async(1)], timeout: .failSafe, completion: results.take)
        }
        await receiver.waitForRequests(1)
        isReleased.withLock { $0 = true }
        #expect(eventually { results.count == 1 })
        #expect(results.values.first?.map(\.status) == [.success])
    }

    @Test func `ASY-10: a driver's messages arrive in batches, in order, each once`() async throws {
        let receiver = try ScriptedReceiver()
        let engine = try WebhookEngine.make(
            receiver.url, batch: BatchLimits(maxMessages: 16, maxDelay: .milliseconds(1)))
        let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 2000 }, engine: engine)
        try driver.setWorker(paused: true)
        for _ in 0..<1000 { _ = try driver.sendAsyncNotification(.logPrint, .raw([1, 2, 3])) }
        try driver.setWorker(paused: false)
        await withCheckedContinuation { continuation in driver.awaitDrained { continuation.resume() } }
        #expect(driver.counters.async.sent == 1000)
        #expect(try receiver.requests.flatMap { try sequences($0) } == Array(1...1000))
        #expect(receiver.requests.count == 63)
        #expect(receiver.connections == 1)
    }
}
