import Driver
import MicroHTTPD
import NotificationAPI
import TestSupport
import Testing
import YAML
import YAMLTesting

/// Requests that wait, and the events that end them.
@Suite struct WaitingTests {
    /// A client that waits for messages after the last one.
    private func reader(_ live: LiveAPI, on host: String = "default", _ query: String = "") throws -> HTTPClient {
        let reader = try live.client()
        try reader.begin("GET", "/v1/hosts/\(host)/messages?waitMs=50000\(query)")
        try #require(live.waits(of: .seconds(50)))
        return reader
    }

    @Test func `a message ends the wait for it`() throws {
        let live = try LiveAPI()
        let reader = try reader(live)
        let other = try live.client()
        try other.begin("GET", "/v1/hosts/default/messages?waitMs=50000&kind=async")
        try #require(live.waits(2, of: .seconds(50)))
        let client = try live.client()
        _ = try client.ask("POST", "/v1/hosts/default/processes", #"{"imageFileName":"a.exe","processId":1000}"#)
        #expect(try reader.receive().integer("newest") == 1)
        #expect(live.waits(1, of: .seconds(50)))
        _ = try client.ask("DELETE", "/v1/hosts/default/processes/1000")
        #expect(try #require(try other.receive().json["items"]?.list).map { $0["kind"]?.string } == ["async"])
        #expect(live.timers.delays.isEmpty)
    }

    @Test func `a timeout ends the wait for a message`() throws {
        let live = try LiveAPI()
        let reader = try reader(live)
        live.timers.advance(by: .seconds(50))
        let answer = try reader.receive()
        #expect(answer.status == 200)
        #expect(try #require(try answer.json["items"]?.list).isEmpty)
    }

    @Test func `the end of the host ends the wait for a message`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        _ = try client.ask("PUT", "/v1/hosts/a", "{}")
        let reader = try reader(live, on: "a")
        _ = try client.ask("DELETE", "/v1/hosts/a")
        #expect(try reader.receive().status == 200)
    }

    @Test func `a request to a host created during shutdown does not wait`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        live.api.prepareToStop()
        _ = try client.ask("PUT", "/v1/hosts/late", "{}")
        #expect(try client.ask("GET", "/v1/hosts/late/messages?waitMs=50000").status == 200)
        #expect(live.timers.delays.isEmpty)
    }

    @Test func `a client that disconnects ends its wait for a message`() throws {
        let live = try LiveAPI()
        do {
            let leaving = try reader(live)
            #expect(live.timers.delays.count == 1)
            withExtendedLifetime(leaving) {}
        }
        #expect(eventually { live.timers.delays.isEmpty })
    }

    @Test func `the end of the service ends all waits, then the drivers report their message outcomes`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try Processes.make(on: "a", client)
        _ = try client.ask("PUT", "/v1/hosts/a/engine", #"{"type":"embedded","reply":"timeout"}"#)
        for _ in 0..<3 {
            try client.begin(Processes.imageLoad(on: "a"))
            _ = try client.receive()
        }
        let reader = try reader(live, on: "a", "&after=1000")
        let drain = try live.client()
        try drain.begin("POST", "/v1/hosts/a/worker/drain", #"{"timeoutMs":40000}"#)
        try #require(live.waits(of: .seconds(40)))

        live.daemon.quiesce()
        live.api.prepareToStop()
        #expect(try reader.receive().status == 200)
        #expect(try drain.receive().json["drained"]?.bool == false)
        _ = live.daemon.stop(within: .failSafe)

        let ledgers = Received<ServiceLedger>()
        live.api.unload(completion: ledgers.take)
        #expect(ledgers.count == 0)  // a message is in hand
        live.timers.advance(by: .seconds(5))
        #expect(eventually { ledgers.count == 1 })
        let ledger = try #require(ledgers.values.first?.hosts.first { $0.host == "a" })
        #expect(ledgers.values.first?.hosts.map(\.host) == ["a", "default"])
        #expect(ledger.counters.async.enqueued == 3)
        #expect(ledger.counters.async.sendFailed == 1)
        #expect(ledger.counters.queued == 2)
        #expect(ledger.counters.inHand == 0)
    }

    @Test func `a client that disconnects while it waits leaves nothing behind`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        for _ in 0..<50 {
            let leaving = try live.client()
            try leaving.begin("GET", "/v1/hosts/default/messages?waitMs=50000")
        }
        try #require(live.waits(50, of: .seconds(50)))
        #expect(try client.ask("POST", "/v1/hosts/default/processes", #"{"imageFileName":"a.exe"}"#).status == 201)
        #expect(eventually { live.timers.delays.isEmpty })
        #expect(eventually { live.daemon.statistics.openConnections == 1 })
    }
}
