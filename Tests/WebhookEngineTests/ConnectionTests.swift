import Driver
import Locking
import Messages
import TestSupport
import Testing
import WebhookEngine

/// The number of connections, their use, and when they end.
@Suite(.timeLimit(.minutes(2)))
struct ConnectionTests {
    @Test func `messages sent one after the other share one connection, whatever their kind`() async throws {
        let receiver = try ScriptedReceiver()
        let engine = try WebhookEngine.make(receiver.url)
        for number in 1...20 {
            #expect(await engine.status(of: .async(UInt64(number))) == .success)
            #expect(await engine.status(of: number.isMultiple(of: 2) ? .sync() : .create) == .success)
        }
        #expect(receiver.connections == 1)
    }

    @Test(arguments: [
        [UInt8].response([UInt8](#"{"accessDenied":true}"#.utf8)), .response([], status: 408), [UInt8]("\r\n".utf8),
        [0],
    ])
    func `bytes that arrive between two messages are the reply to neither`(stray: [UInt8]) async throws {
        let isAnswered = Locked(false)
        let isSent = Locked(false)
        let receiver = try ScriptedReceiver { request in
            guard request.connection == 0 else { return .reply(#"{"accessDenied":false}"#) }
            return .reply(#"{"accessDenied":true}"#) + [
                .hold(until: { isAnswered.withLock { $0 } }), .send(stray),
                .hold(until: {
                    isSent.withLock { $0 = true }
                    return true
                }),
            ]
        }
        let thread = try WebhookThread()
        let first = try WebhookEngine.make(receiver.url, thread: thread)
        let second = try WebhookEngine.make(receiver.url, thread: thread)
        let denied = CreateProcessAnswer(accessDenied: true)
        #expect(await first.result(of: .create) == EngineResult(status: .success, reply: .createProcess(denied)))
        isAnswered.withLock { $0 = true }
        while !isSent.withLock({ $0 }) { await Task.yield() }
        let allowed = CreateProcessAnswer(accessDenied: false)
        #expect(await second.result(of: .create) == EngineResult(status: .success, reply: .createProcess(allowed)))
        #expect(receiver.requests.map(\.connection) == [0, 1], "the connection is closed, and nothing is sent on it")
    }

    @Test func `async messages arrive in order and one at a time, however fast they are sent`() async throws {
        let receiver = try ScriptedReceiver()
        let engine = try WebhookEngine.make(receiver.url)
        let results = Results()
        for number in 1...200 {
            engine.send(.async(UInt64(number)), timeout: .failSafe) { results.add(number, $0.status) }
        }
        let statuses = await results.wait(for: 200)
        #expect(statuses.values.allSatisfy { $0 == [.success] })
        #expect(receiver.connections == 1)
        #expect(receiver.requests.map { $0["webhook-id"] } == (1...200).map { "default-5f3a9c-\($0)" })
    }

    @Test func `FLT-5: a message that gets no connection in time is STATUS_UNSUCCESSFUL and never sent`() async throws {
        let receiver = try ScriptedReceiver { _ in [.hang] }
        let thread = try WebhookThread(connections: 8)
        let engine = try WebhookEngine.make(receiver.url, thread: thread)
        let sent = Results()
        for number in 0..<8 {
            engine.send(.sync(UInt64(number)), timeout: .seconds(50)) { sent.add(number, $0.status) }
        }
        await receiver.waitForRequests(8)
        #expect(engine.poolUse.connections == 8 && engine.poolUse.waiting == 0)
        for message in [EngineMessage.sync(100), .create, .async()] {
            let outcome = await engine.outcome(of: message, timeout: .milliseconds(20))
            #expect(outcome.status == .unsuccessful)
            #expect(outcome.fault == "no free connection (8 of 8)")
            #expect(outcome.waited == nil, "none of it was the engine's time")
        }
        #expect(thread.withoutConnectionCount == 3)
        engine.close()
        #expect(await sent.wait(for: 8).values.allSatisfy { $0 == [.portDisconnected] })
        #expect(receiver.requests.count == 8)
        #expect(receiver.mostOpen == 8)
    }

    @Test func `FLT-5: async messages leave a quarter of the connections to other messages`() async throws {
        let receiver = try ScriptedReceiver { request in
            String(decoding: request.body, as: UTF8.self).contains(#""kind":"async""#) ? [.hang] : .reply()
        }
        let thread = try WebhookThread(connections: 8)
        let engines = try (0..<7).map { _ in try WebhookEngine.make(receiver.url, thread: thread) }
        let results = Results()
        for engine in engines.prefix(6) { engine.send(.async(), timeout: .seconds(50)) { results.add(0, $0.status) } }
        await receiver.waitForRequests(6)
        let late = await engines[6].fault(of: .async(), timeout: .milliseconds(20))
        #expect(late == "no free connection (6 of 8, of which 2 are kept for sync and direct messages)")
        #expect(await engines[6].status(of: .sync()) == .success)
        for engine in engines { engine.close() }
    }

    @Test func `if too many messages already wait, the next one is refused`() async throws {
        let receiver = try ScriptedReceiver { _ in [.hang] }
        let engine = try WebhookEngine.make(receiver.url)
        let results = Results()
        for number in 0..<1026 {
            engine.send(.async(), timeout: .seconds(50)) { results.add(number, $0.status) }
        }
        #expect(await results.wait(for: 1) == [1025: [.unsuccessful]])
        engine.close()
        let statuses = await results.wait(for: 1026)
        #expect(statuses.filter { $0.value == [.portDisconnected] }.count == 1025)
    }

    @Test func `messages beyond the connections wait and are sent, and the wait is not the engine's time`()
        async throws
    {
        let allAreSent = Locked(false)
        let receiver = try ScriptedReceiver { _ in [.hold(until: { allAreSent.withLock { $0 } })] + .reply() }
        let engine = try WebhookEngine.make(receiver.url, thread: try WebhookThread(connections: 8))
        let results = Results()
        let waits = Results()
        for number in 0..<100 {
            engine.send(.sync(UInt64(number)), timeout: .failSafe) { result in
                results.add(number, result.status)
                if let waited = result.waited, waited > .zero { waits.add(number, result.status) }
            }
        }
        allAreSent.withLock { $0 = true }
        let statuses = await results.wait(for: 100)
        #expect(statuses.values.allSatisfy { $0 == [.success] })
        #expect(receiver.connections <= 8)
        #expect(receiver.requests.count == 100)
        #expect(await waits.wait(for: 92).count >= 92)
    }

    @Test func `a hanging sync message does not delay an async one`() async throws {
        let receiver = try ScriptedReceiver { request in
            request["webhook-id"]?.hasSuffix("-18") == true ? .reply() : [.hang]
        }
        let engine = try WebhookEngine.make(receiver.url)
        let results = Results()
        for number in 0..<20 {
            engine.send(.sync(), timeout: .seconds(50)) { results.add(number, $0.status) }
        }
        #expect(await engine.status(of: .async()) == .success)
        engine.close()
        #expect(await results.wait(for: 20).values.allSatisfy { $0 == [.portDisconnected] })
    }

    @Test func `SYN-4: sixteen slow sync messages at once are all in time`() async throws {
        // With only eight connections per engine, eight of them waited for the others and timed out.
        let receiver = try ScriptedReceiver { _ in [.pause(.milliseconds(600))] + .reply() }
        let engine = try WebhookEngine.make(receiver.url)
        let results = Results()
        for number in 0..<16 {
            engine.send(.sync(UInt64(number)), timeout: .milliseconds(1000)) { results.add(number, $0.status) }
        }
        #expect(await results.wait(for: 16).values.allSatisfy { $0 == [.success] })
        #expect(receiver.mostOpen == 16)
    }

    @Test func `FLT-5: engines with one URL, CA file and headers share connections, others do not`() async throws {
        let receiver = try ScriptedReceiver()
        let thread = try WebhookThread()
        let engines = try (0..<3).map { _ in try WebhookEngine.make(receiver.url, thread: thread) }
        for _ in 0..<3 {
            for engine in engines { #expect(await engine.status(of: .async()) == .success) }
        }
        #expect(receiver.connections == 1)
        let other = try WebhookEngine.make(receiver.url, headers: ["X-Team": "blue"], thread: thread)
        #expect(await other.status(of: .async()) == .success)
        #expect(receiver.connections == 2)
    }

    @Test func `a closed engine ends its own messages, and the connections stay for others`() async throws {
        let receiver = try ScriptedReceiver { request in
            request["webhook-id"]?.hasSuffix("-99") == true ? [.hang] : .reply()
        }
        let thread = try WebhookThread()
        let (gone, stays) = (
            try WebhookEngine.make(receiver.url, thread: thread), try WebhookEngine.make(receiver.url, thread: thread)
        )
        let results = Results()
        gone.send(.async(99), timeout: .seconds(50)) { results.add(0, $0.status) }
        await receiver.waitForRequests(1)
        #expect(await stays.status(of: .sync(1)) == .success)
        gone.close()
        #expect(await results.wait(for: 1) == [0: [.portDisconnected]])
        #expect(await stays.status(of: .sync(2)) == .success)
        #expect(receiver.connections == 2)
    }

    @Test func `a message that was read is not sent again when the kept connection is lost meanwhile`() async throws {
        let receiver = try ScriptedReceiver { request in
            request["webhook-id"]?.hasSuffix("-2") == true ? [.close] : .reply()
        }
        let engine = try WebhookEngine.make(receiver.url)
        #expect(await engine.status(of: .async(1)) == .success)
        #expect(await engine.status(of: .async(2)) == .portDisconnected)
        #expect(await engine.status(of: .async(3)) == .success)
        #expect(receiver.requests.map { $0["webhook-id"] } == [1, 2, 3].map { "default-5f3a9c-\($0)" })
    }

    @Test func `a connection that the engine closes after each answer is opened again`() async throws {
        let receiver = try ScriptedReceiver { _ in .reply() + [.close] }
        let engine = try WebhookEngine.make(receiver.url)
        for number in 1...5 {
            #expect(await engine.status(of: .async(UInt64(number))) == .success)
            await receiver.waitForNoConnection()
        }
        #expect(receiver.connections == 5)
        #expect(receiver.requests.count == 5)
    }

    @Test func `a dropped engine closes its connections, and another one on the same thread continues`() async throws {
        let receiver = try ScriptedReceiver()
        let thread = try WebhookThread()
        var engine: WebhookEngine? = try WebhookEngine.make(receiver.url, thread: thread)
        #expect(await engine?.status(of: .async()) == .success)
        #expect(await engine?.status(of: .sync()) == .success)
        engine = nil
        await receiver.waitForNoConnection()
        #expect(try await WebhookEngine.make(receiver.url, thread: thread).status(of: .sync()) == .success)
    }

    @Test(arguments: ["dropped", "closed", "stopped"])
    func `an engine that ends with sends in flight ends each exactly once`(how: String) async throws {
        let receiver = try ScriptedReceiver { _ in [.hang] }
        let thread = try WebhookThread()
        var engine: WebhookEngine? = try WebhookEngine.make(receiver.url, thread: thread)
        let results = Results()
        for number in 0..<40 {
            let message: EngineMessage = number.isMultiple(of: 4) ? .async(UInt64(number)) : .sync(UInt64(number))
            engine?.send(message, timeout: .failSafe) { results.add(number, $0.status) }
        }
        await receiver.waitForRequests(31)
        switch how {
        case "dropped": engine = nil
        case "closed": engine?.close()
        default: thread.stop()
        }
        #expect(await results.wait(for: 40).values.allSatisfy { $0 == [.portDisconnected] })
        await receiver.waitForNoConnection()
        if let engine {
            #expect(await engine.status(of: .sync()) == .portDisconnected)
            engine.close()
            thread.stop()
            #expect(await engine.status(of: .async()) == .portDisconnected)
        }
        #expect(await results.wait(for: 40).values.allSatisfy { $0.count == 1 })
    }

    @Test func `sends from many threads while the engine is closed all end exactly once`() async throws {
        let receiver = try ScriptedReceiver()
        let thread = try WebhookThread()
        for _ in 0..<10 {
            let engine = try WebhookEngine.make(receiver.url, thread: thread)
            let results = Results()
            await withTaskGroup(of: Void.self) { group in
                for thread in 0..<4 {
                    group.addTask {
                        for number in 0..<50 {
                            let id = thread * 50 + number
                            engine.send(.sync(UInt64(id)), timeout: .failSafe) { results.add(id, $0.status) }
                            if thread == 0, number == 25 { engine.close() }
                        }
                    }
                }
            }
            let statuses = await results.wait(for: 200)
            #expect(statuses.count == 200)
            #expect(statuses.values.allSatisfy { $0 == [.success] || $0 == [.portDisconnected] })
        }
    }

    @Test func `a thousand engines with one send in flight each do not need a thread each`() async {
        // In a separate process, where no other test has threads.
        await #expect(processExitsWith: .success) {
            let allHaveArrived = Locked(false)
            let receiver = try ScriptedReceiver { _ in [.hold(until: { allHaveArrived.withLock { $0 } })] + .reply() }
            let thread = try WebhookThread(connections: 2048)
            let engines = try (0..<1000).map { _ in try WebhookEngine.make(receiver.url, thread: thread) }
            let threads = ProcessResources.now.threads
            let results = Results()
            for (number, engine) in engines.enumerated() {
                let message: EngineMessage = number.isMultiple(of: 2) ? .sync() : .async()
                engine.send(message, timeout: .seconds(50)) { results.add(number, $0.status) }
            }
            await receiver.waitForRequests(1000)
            #expect(ProcessResources.now.threads - threads < 10)
            allHaveArrived.withLock { $0 = true }
            let statuses = await results.wait(for: 1000)
            #expect(statuses.count == 1000)
            #expect(statuses.values.allSatisfy { $0 == [.success] })
            #expect(receiver.connections == 1000)
        }
    }

    @Test func `a completion may send the next message`() async throws {
        let receiver = try ScriptedReceiver()
        let engine = try WebhookEngine.make(receiver.url)
        let results = Results()
        @Sendable func sendNext(_ number: Int) {
            engine.send(.async(UInt64(number)), timeout: .failSafe) { result in
                results.add(number, result.status)
                if number < 100 { sendNext(number + 1) }
            }
        }
        sendNext(1)
        #expect(await results.wait(for: 100).values.allSatisfy { $0 == [.success] })
        #expect(receiver.connections == 1)
    }
}
