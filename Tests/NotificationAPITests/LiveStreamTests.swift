import Bytes
import Driver
import MicroHTTPD
import TestSupport
import Testing

@testable import NotificationAPI

/// Live streams over sockets. The test triggers heartbeats.
@Suite struct LiveStreamTests {
    private static let heartbeat = Duration.seconds(15)
    /// Longer than any test takes on any machine: turns follow the real clock.
    private static let hour = Duration.seconds(3600)
    private static let image = #"{"fullImageName":"a.dll"}"#

    /// A client that reads a stream whose head has arrived.
    private func reader(
        _ live: LiveAPI, _ query: String = "", as type: String = "application/x-ndjson", headers: [String] = [],
        host: String = "default"
    ) throws -> HTTPClient {
        let reader = try live.client()
        try reader.begin("GET", "/v1/hosts/\(host)/messages\(query)", headers: ["Accept: \(type)"] + headers)
        let head = try reader.receiveHead()
        #expect(head.status == 200)
        #expect(head.headers["content-type"] == type)
        #expect(head.headers["transfer-encoding"] == "chunked")
        return reader
    }

    private func makeMessages(_ client: HTTPClient, _ count: Int, host: String = "default") throws {
        for _ in 0..<count {
            let answer = try client.ask("POST", "/v1/hosts/\(host)/notifications/async", #"{"operation":"LogPrint"}"#)
            try #require(answer.status == 202)
        }
    }

    /// The sequences of the next messages, one line each.
    private func sequences(_ reader: HTTPClient, _ count: Int) throws -> [Int] {
        var found: [Int] = []
        while found.count < count {
            for line in try #require(try reader.chunk()).split(separator: "\n") {
                let digits = line.dropFirst(#"{"sequence":"#.count).prefix { $0.isNumber }
                found.append(try #require(Int(digits)))
            }
        }
        return found
    }

    @Test func `the head is sent at once, messages as they are created`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        let reader = try reader(live)
        for sequence in 1...5 {
            try makeMessages(client, 1)
            #expect(try sequences(reader, 1) == [sequence])
        }
    }

    @Test func `an idle stream waits without a thread, and sends heartbeats in time`() throws {
        let live = try LiveAPI()
        let events = try reader(live, as: "text/event-stream")
        #expect(try events.chunk() == "retry: 1000\n\n")
        let lines = try reader(live)
        for _ in 0..<3 {
            try #require(live.waits(2, of: Self.heartbeat))
            live.timers.advance(by: Self.heartbeat)
            #expect(try events.chunk() == ": heartbeat\n\n")
            #expect(try lines.chunk() == "\n")
        }
    }

    @Test func `a reader that reconnects with Last-Event-ID misses nothing`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try makeMessages(client, 3)
        let reader = try reader(live, "?after=0", headers: ["Last-Event-ID: 2"])
        try makeMessages(client, 2)
        #expect(try sequences(reader, 3) == [3, 4, 5])
    }

    @Test(arguments: ["a", "-1", "+1", "1.0", "18446744073709551616", "0x1"])
    func `an invalid sequence is refused`(id: String) throws {
        let live = try LiveAPI()
        let answer = try live.client().ask(
            "GET", "/v1/hosts/default/messages", headers: ["Accept: text/event-stream", "Last-Event-ID: \(id)"])
        #expect(answer.status == 400)
        #expect(answer.text.contains("Last-Event-ID"))
    }

    @Test func `many readers each get every message, and cost nothing after they disconnect`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        var readers = try (0..<100).map { _ in try self.reader(live) }
        try makeMessages(client, 20)
        for reader in readers { #expect(try sequences(reader, 20) == Array(1...20)) }
        readers.removeAll()
        // A disconnected reader is only detected by the second write.
        #expect(
            eventually {
                live.timers.advance(by: Self.heartbeat)
                return live.daemon.statistics.openConnections == 1
            })
        #expect(live.api.openStreams == 0)
        #expect(live.timers.delays.isEmpty)
    }

    /// A host whose journal has `count` messages of about 4.6 KB in a stream, while the turns of the next hour are taken.
    private func crowded(_ count: Int) throws -> LiveAPI {
        let live = try LiveAPI()
        _ = live.api.streamTurns.take(at: Monotonic.now() + Self.hour)
        let client = try live.client()
        for _ in 0..<count { try makeLongMessage(client) }
        return live
    }

    /// The number of streams of `crowded` that wait for their turns.
    private func waitingForTurns(_ live: LiveAPI) -> Int { live.timers.delays.count { $0 > Self.hour / 2 } }

    private func makeLongMessage(_ client: HTTPClient) throws {
        let data = String(repeating: "AAAA", count: 1000)
        let answer = try client.ask(
            "POST", "/v1/hosts/default/notifications/async", #"{"operation":"LogPrint","data":{"data":"\#(data)"}}"#)
        try #require(answer.status == 202)
    }

    @Test func `streams share how much they send, and take turns`() throws {
        let live = try crowded(100)
        let reader = try reader(live, "?after=0")
        var text = ""
        // What it may send before its first turn, then that of each turn.
        for turn in 1...7 {
            while text.utf8.count < turn * StreamTurns.bytes { text += try #require(try reader.chunk()) }
            try #require(eventually { waitingForTurns(live) == 1 })
            #expect(!live.timers.delays.contains(Self.heartbeat), "it has more to send")
            // Nothing else wakes it: the next chunk comes after its turn has.
            try makeLongMessage(try live.client())
            live.timers.advance(by: Self.hour)
        }
        while text.split(separator: "\n").count < 107 || !text.hasSuffix("\n") {
            text += try #require(try reader.chunk())
        }
        let found = text.split(separator: "\n").map { $0.dropFirst(#"{"sequence":"#.count).prefix { $0.isNumber } }
        #expect(found.map { Int($0) } == (1...107).map { Optional($0) })
    }

    /// The rest of a stream.
    private func rest(of reader: HTTPClient) throws -> String {
        var text = ""
        while let chunk = try reader.chunk() { text += chunk }
        return text
    }

    @Test func `a stream that ends while it waits for its turn ends with a whole message`() throws {
        let live = try crowded(30)
        let readers = try (0..<3).map { _ in try self.reader(live, "?after=0") }
        try #require(eventually { waitingForTurns(live) == 3 })
        live.daemon.quiesce()
        live.api.prepareToStop()
        #expect(live.daemon.finishRequests(within: .failSafe).cut == 0)
        for reader in readers {
            let text = try rest(of: reader)
            #expect(text.utf8.count >= StreamTurns.bytes)
            let isWhole = text.hasSuffix("}\n")
            #expect(isWhole)
        }
    }

    @Test func `a stream whose token is revoked ends with a whole message`() throws {
        let table = { (name: String) in try TokenTable(text: Array("\(name) drive \(name)-0123456789abcdef".utf8)) }
        let live = try LiveAPI(tokens: try table("a"))
        let client = try live.client()
        let authorization = "Authorization: Bearer a-0123456789abcdef"
        let data = String(repeating: "AAAA", count: 16_000)
        // More than the buffers between service and client can hold, in messages of many pieces.
        for _ in 0..<100 {
            let answer = try client.ask(
                "POST", "/v1/hosts/default/notifications/async",
                #"{"operation":"LogPrint","data":{"data":"\#(data)"}}"#,
                headers: [authorization])
            try #require(answer.status == 202)
        }
        let readers = try (0..<3).map { _ in try self.reader(live, "?after=0", headers: [authorization]) }
        live.api.replaceTokens(try table("b"))
        for reader in readers {
            let text = try rest(of: reader)
            let (isWhole, size) = (text.isEmpty || text.hasSuffix("}\n"), text.utf8.count)
            #expect(isWhole)
            #expect(size < 100 * data.utf8.count, "it ended early")
        }
    }

    /// Timers that fire before `schedule` returns, on a thread of their own.
    private struct HastyTimers: TimerQueue {
        private struct Timer: ScheduledTimer {
            func cancel() {}
        }

        func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> any ScheduledTimer {
            onThreads(1) { _ in body() }
            return Timer()
        }
    }

    @Test func `heartbeats go on, however soon they are due`() throws {
        let live = try LiveAPI(otherTimers: HastyTimers())
        let reader = try reader(live)
        for _ in 0..<10 { #expect(try reader.chunk() == "\n") }
    }

    @Test func `a reader that leaves while it waits for its turn leaves nothing behind`() throws {
        let live = try crowded(30)
        do {
            let reader = try reader(live, "?after=0")
            try #require(eventually { waitingForTurns(live) == 1 })
            withExtendedLifetime(reader) {}
        }
        #expect(eventually { live.daemon.statistics.openConnections == 0 })
        #expect(live.api.openStreams == 0)
        #expect(live.timers.delays.isEmpty)
    }

    @Test func `streams are limited, and a new one starts after another one has ended`() throws {
        let live = try LiveAPI(streamLimit: 2)
        let client = try live.client()
        let kept = try reader(live)
        try withExtendedLifetime(try reader(live)) {
            let refused = try client.ask("GET", "/v1/hosts/default/messages", headers: ["Accept: text/event-stream"])
            #expect(refused.status == 409)
            #expect(refused.text.contains("/problems/limit-reached"))
        }
        #expect(
            eventually {
                live.timers.advance(by: Self.heartbeat)
                return live.api.openStreams == 1
            })
        #expect(try client.ask("GET", "/metrics").text.contains("\nwdfilterd_message_streams 1\n"))
        let next = try reader(live, "?after=0")
        try makeMessages(client, 1)
        #expect(try sequences(next, 1) == [1])
        withExtendedLifetime(kept) {}
    }

    @Test func `HEAD has the head and uses no slot`() throws {
        let live = try LiveAPI(streamLimit: 1)
        for _ in 0..<3 {
            let answer = try live.client().ask(
                "HEAD", "/v1/hosts/default/messages", headers: ["Accept: text/event-stream"])
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/event-stream")
            #expect(answer.headers["connection"] == "close")
            #expect(eventually { live.api.openStreams == 0 })
        }
    }

    @Test func `a stream with a limit ends, and the connection is kept`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try makeMessages(client, 5)
        let reader = try reader(live, "?limit=2&after=1")
        #expect(try sequences(reader, 2) == [2, 3])
        #expect(try reader.chunk() == nil)
        #expect(try reader.ask("GET", "/livez").status == 200)
    }

    @Test func `the end of the host ends its streams, after all of its messages`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        _ = try client.ask("PUT", "/v1/hosts/a", "{}")
        let reader = try reader(live, host: "a")
        try makeMessages(client, 40, host: "a")
        _ = try client.ask("DELETE", "/v1/hosts/a")
        #expect(try sequences(reader, 40) == Array(1...40))
        #expect(try reader.chunk() == nil)
    }

    @Test func `the end of the service ends streams`() throws {
        let live = try LiveAPI()
        let readers = try (0..<10).map { _ in try self.reader(live) }
        live.daemon.quiesce()
        live.api.prepareToStop()
        for reader in readers { #expect(try reader.chunk() == nil) }
        let report = live.daemon.stop(within: .failSafe)
        #expect(report.cut == 0)
    }

    @Test func `a reader that stops reading is cut off, and delays no one else`() throws {
        let live = try LiveAPI(requestDeadline: .milliseconds(500))
        let client = try live.client()
        let stuck = try live.client()
        try stuck.begin("GET", "/v1/hosts/default/messages", headers: ["Accept: application/x-ndjson"])
        let data = String(repeating: "AAAA", count: 16_000)
        // More than the buffers between service and client can hold.
        for _ in 0..<200 {
            let answer = try client.ask(
                "POST", "/v1/hosts/default/notifications/async", #"{"operation":"LogPrint","data":"\#(data)"}"#)
            try #require(answer.status == 202)
        }
        #expect(eventually { live.daemon.statistics.cutByDeadline >= 1 })
        #expect(try live.client().ask("GET", "/v1/hosts/default/messages?limit=1").status == 200)
    }

    @Test func `messages created by many threads arrive in order and without gaps`() throws {
        let live = try LiveAPI()
        let readers = try (0..<4).map { _ in try self.reader(live) }
        onThreads(4) { _ in
            guard let client = try? live.client() else { return }
            try? makeMessages(client, 250)
        }
        for reader in readers { #expect(try sequences(reader, 1000) == Array(1...1000)) }
    }
}
