import Locking
import TestSupport
import Testing
import YAML
import YAMLTesting

@testable import NotificationAPI

/// Creation and deletion of hosts while they are used.
@Suite struct HostLifetimeTests {
    @Test func `waiting requests and messages in flight end when their host is deleted`() throws {
        let busy = try BusyHost()
        let (live, client, first, second) = (busy.live, busy.client, busy.sending, busy.waiting)
        let reader = try live.client()
        try reader.begin("GET", "/v1/hosts/a/messages?after=1000&waitMs=50000")
        try #require(live.waits(of: .seconds(50)))
        let drain = try live.client()
        try drain.begin("POST", "/v1/hosts/a/worker/drain", #"{"timeoutMs":40000}"#)
        try #require(live.waits(of: .seconds(40)))
        let upload = try busy.upload()

        #expect(try client.ask("DELETE", "/v1/hosts/a").status == 204)
        let deleted = try client.ask("GET", "/v1/hosts/a")
        #expect(deleted.status == 404)
        let canceled = try #require(try second.receive().messages.first)
        #expect(canceled["status"]?.string == "STATUS_CANCELLED")
        #expect(canceled["delivery"]?.string == "notSent")
        #expect(try reader.receive().status == 200)
        #expect(try drain.receive().json["drained"]?.bool == false)
        #expect(try upload.receive().status == 200)
        live.timers.advance(by: .seconds(1))
        #expect(try first.receive().messages.first?["status"]?.string == "STATUS_TIMEOUT")
    }

    @Test func `steps in progress on a deleted host end`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try Processes.make(on: "a", client)
        _ = try client.ask("PUT", "/v1/hosts/a/engine", #"{"type":"embedded","delayMs":100}"#)
        _ = try client.ask("PUT", "/v1/hosts/a/worker", #"{"state":"paused"}"#)
        for _ in 0..<3 {
            try client.begin(Processes.imageLoad(on: "a"))
            _ = try client.receive()
        }
        let stepper = try live.client()
        try stepper.begin("POST", "/v1/hosts/a/worker/steps", #"{"count":3}"#)
        try #require(live.waits(of: .milliseconds(100)))
        #expect(try client.ask("DELETE", "/v1/hosts/a").status == 204)
        live.timers.advance(by: .milliseconds(100))
        let answer = try stepper.receive()
        #expect(answer.status == 200)
        #expect(try #require(try answer.json["messages"]?.list).count == 1)
    }

    @Test func `the outcomes of the messages of deleted hosts are kept`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        for host in ["a", "b"] {
            try Processes.make(on: host, client)
            _ = try client.ask("PUT", "/v1/hosts/\(host)/engine", #"{"type":"embedded","reply":"timeout"}"#)
            try client.begin(Processes.imageLoad(on: host))
            _ = try client.receive()
        }
        try #require(live.waits(2, of: .seconds(5)))
        let creator = try live.client()
        try creator.begin(Processes.remoteThread(on: "b"))
        try #require(live.waits(of: .seconds(1)))
        for host in ["a", "b"] { #expect(try client.ask("DELETE", "/v1/hosts/\(host)").status == 204) }
        let early = live.api.ledger
        #expect(early.hosts.map(\.host) == ["default"])
        #expect((early.removed.inHand, early.removed.inFlight, early.removed.directSent) == (2, 1, 4))
        #expect(early.removed.isConserved)

        let ledgers = Received<ServiceLedger>()
        live.api.unload(completion: ledgers.take)
        live.timers.advance(by: .seconds(5))
        #expect(eventually { ledgers.count == 1 })
        #expect(try creator.receive().status == 201)
        #expect(
            eventually {
                let removed = live.api.ledger.removed
                return removed.syncFailed == 1 && removed.inFlight == 0 && removed.isConserved
                    // The thread's own message was queued after the worker had stopped.
                    && (removed.sendFailed, removed.queued, removed.inHand) == (2, 1, 0)
            })
    }

    @Test func `hosts that are draining count against the limit while a message is in flight`() throws {
        let live = try LiveAPI(hostLimit: 3)
        let client = try live.client()
        for (number, host) in ["a", "b", "c"].enumerated() {
            #expect(
                try client.ask("PUT", "/v1/hosts/\(host)", #"{"engine":{"type":"embedded","reply":"timeout"}}"#).status
                    == 201)
            let body = #"{"operation":"LogPrint","data":""}"#
            _ = try client.ask("POST", "/v1/hosts/\(host)/notifications/async", body)
            // The worker has it in hand.
            try #require(live.waits(number + 1, of: .seconds(5)))
            #expect(try client.ask("DELETE", "/v1/hosts/\(host)").status == 204)
        }
        let refused = try client.ask("PUT", "/v1/hosts/d", "{}")
        #expect(refused.status == 409)
        #expect(refused.text.contains("/problems/limit-reached"))
        live.timers.advance(by: .seconds(5))
        #expect(try eventually { try client.ask("PUT", "/v1/hosts/d", "{}").status == 201 })
    }

    // MARK: Idle hosts

    @Test func `only hosts without any activity are removed as idle`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        for host in ["idle", "sync", "async", "reader", "upload", "slow"] { try Processes.make(on: host, client) }
        for host in ["sync", "async"] {
            _ = try client.ask("PUT", "/v1/hosts/\(host)/engine", #"{"type":"embedded","delayMs":900}"#)
        }
        let creator = try live.client()
        try creator.begin(Processes.remoteThread(on: "sync"))
        try client.begin(Processes.imageLoad(on: "async"))
        _ = try client.receive()
        try #require(live.waits(2, of: .milliseconds(900)))
        let reader = try live.client()
        try reader.begin("GET", "/v1/hosts/reader/messages?after=1000&waitMs=50000")
        try #require(live.waits(of: .seconds(50)))
        let upload = try live.client()
        let head = "HTTP/1.1\r\nHost: a\r\nContent-Type: application"
        try upload.send(
            "POST /v1/hosts/upload/events \(head)/x-ndjson\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
        let slow = try live.client()
        try slow.send(
            "POST /v1/hosts/slow/processes \(head)/json\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
        // Once the service asks for the bodies, it has seen the heads.
        #expect(try upload.receive().status == 100)
        #expect(try slow.receive().status == 100)
        try upload.send("\n")
        #expect(try names(client) == ["async", "default", "idle", "reader", "slow", "sync", "upload"])

        #expect(
            try eventually {
                live.api.removeIdleHosts(after: 0)
                return try names(client) == ["async", "default", "reader", "slow", "sync", "upload"]
            })
        live.timers.advance(by: .seconds(50))
        #expect(try creator.receive().status == 201)
        #expect(try reader.receive().status == 200)
        try upload.send("\n\n\n\n\n\n\n\n\n")
        #expect(try upload.receive().status == 200)
        try slow.send("{        }")
        #expect(try slow.receive().status == 400)
        #expect(
            try eventually {
                live.api.removeIdleHosts(after: 0)
                live.timers.advance(by: .seconds(1))
                return try names(client) == ["default"]
            })
    }

    @Test func `a host with a live stream is not idle, and a removed one leaves nothing behind`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try Processes.make(on: "a", client)
        let reader = try live.client()
        try reader.begin("GET", "/v1/hosts/a/messages?after=1000", headers: ["Accept: text/event-stream"])
        #expect(try reader.receiveHead().status == 200)
        // The previous request has released the host once the next one on its connection is answered.
        #expect(try names(client) == ["a", "default"])
        live.api.removeIdleHosts(after: 0)
        #expect(try names(client) == ["a", "default"])

        weak let host = live.api.hosts.use("a")?.host
        weak let driver = host?.driver
        weak let engine = host?.engine
        #expect(host != nil && driver != nil && engine != nil)
        #expect(try client.ask("DELETE", "/v1/hosts/a").status == 204)
        while try reader.chunk() != nil {}
        #expect(try names(client) == ["default"])
        #expect(eventually { host == nil && driver == nil && engine == nil })
        #expect(eventually { live.api.hosts.drainingHosts.drivers.isEmpty })
        live.api.removeIdleHosts(after: 0)
        #expect(try names(client) == ["default"])
    }

    @Test func `a host is idle only after the idle time`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        _ = try client.ask("PUT", "/v1/hosts/a", "{}")
        live.api.removeIdleHosts(after: 3600)
        #expect(try names(client) == ["a", "default"])
    }

    private func names(_ client: HTTPClient) throws -> [String] {
        let items = try #require(try client.ask("GET", "/v1/hosts").json["items"]?.list)
        return items.compactMap { $0["name"]?.string }
    }

    // MARK: Concurrent creation

    /// The statuses of concurrent requests, each on its own thread.
    private func statuses(
        _ live: LiveAPI, _ count: Int, _ request: @escaping @Sendable (Int) -> (target: String, body: String)
    ) -> [Int] {
        let statuses = Locked<[Int]>([])
        onThreads(count) { index in
            let (target, body) = request(index)
            let status = try? live.client().ask("PUT", target, body).status
            statuses.withLock { $0.append(status ?? 0) }
        }
        return statuses.withLock { $0.sorted() }
    }

    @Test func `one of several equal concurrent creations creates the host`() throws {
        let live = try LiveAPI()
        for round in 0..<20 {
            let statuses = statuses(live, 8) { _ in ("/v1/hosts/a-\(round)", #"{"clock":{"mode":"system"}}"#) }
            #expect(statuses == [200, 200, 200, 200, 200, 200, 200, 201])
        }
    }

    @Test func `one of several different concurrent creations creates the host`() throws {
        let live = try LiveAPI()
        for round in 0..<20 {
            let statuses = statuses(live, 8) { index in
                ("/v1/hosts/a-\(round)", #"{"config":{"asyncStarvationLimit":\#(index)}}"#)
            }
            #expect(statuses == [201, 409, 409, 409, 409, 409, 409, 409])
        }
    }

    @Test func `the limit on hosts is exact`() throws {
        let live = try LiveAPI(hostLimit: 10)
        let client = try live.client()
        for _ in 0..<20 {
            let statuses = statuses(live, 16) { index in ("/v1/hosts/a-\(index)", "{}") }
            #expect(statuses == Array(repeating: 201, count: 9) + Array(repeating: 409, count: 7))
            #expect(try names(client).count == 10)
            for name in try names(client) where name != "default" {
                #expect(try client.ask("DELETE", "/v1/hosts/\(name)").status == 204)
            }
        }
    }

    @Test func `creations of the same host take one slot`() throws {
        let live = try LiveAPI(hostLimit: 3)
        let client = try live.client()
        for _ in 0..<50 {
            let statuses = statuses(live, 8) { index in ("/v1/hosts/a-\(index % 2)", "{}") }
            #expect(statuses == [200, 200, 200, 200, 200, 200, 201, 201])
            for name in ["a-0", "a-1"] { _ = try client.ask("DELETE", "/v1/hosts/\(name)") }
        }
    }
}
