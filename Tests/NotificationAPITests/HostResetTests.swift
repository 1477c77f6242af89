import Driver
import DriverJSON
import Locking
import Messages
import Runtime
import TestSupport
import Testing
import YAML
import YAMLTesting

@testable import NotificationAPI

/// Hosts that are reset, or replaced by a fresh one, while they are used.
@Suite struct HostResetTests {
    @Test func `waiting requests and messages in flight end when their host is reset`() throws {
        let busy = try BusyHost()
        let (live, client, first, second) = (busy.live, busy.client, busy.sending, busy.waiting)
        let reader = try live.client()
        try reader.begin("GET", "/v1/hosts/a/messages?after=1000&waitMs=50000")
        let counting = try live.client()
        try counting.begin("GET", "/v1/hosts/a/messages/count?kind=direct&atLeast=1000&waitMs=40000")
        let stream = try live.client()
        try stream.begin("GET", "/v1/hosts/a/messages?after=1000", headers: ["Accept: application/x-ndjson"])
        #expect(try stream.receiveHead().status == 200)
        try #require(live.waits(of: .seconds(50)) && live.waits(of: .seconds(40)))
        let upload = try busy.upload()

        let reset = try client.ask("POST", "/v1/hosts/a/reset")
        #expect(reset.status == 200)
        #expect(try reset.string("engine", "reply") == "acknowledge")
        #expect(try reset.integer("config", "sendingSyncSemaphoreLimit") == 1)
        #expect(try client.ask("GET", "/v1/hosts/a/messages").integer("newest") == 0)

        let canceled = try #require(try second.receive().messages.first)
        #expect(canceled["status"]?.string == "STATUS_CANCELLED")
        #expect(try reader.receive().status == 200)
        #expect(try counting.receive().integer("count") == 2)
        while try stream.chunk() != nil {}
        let report = try upload.receive()
        #expect(try report.integer("applied") + report.integer("skipped", "host-removed") == 10)
        #expect(try report.integer("skipped", "host-removed") > 0)
        // The engine still holds a message of the former host, which is counted until its end.
        #expect(live.api.ledger.removed.inFlight == 1)
        live.timers.advance(by: .seconds(5))
        #expect(try first.receive().messages.first?["status"]?.string == "STATUS_TIMEOUT")
        #expect(
            eventually {
                let removed = live.api.ledger.removed
                return removed.inFlight == 0 && removed.syncFailed == 1 && removed.isConserved
            })
        #expect(try client.ask("GET", "/v1/hosts/a/messages").integer("newest") == 0)
    }

    @Test func `the new host begins as the first one did, with a new identity`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        let clock = #"{"mode":"manual","now":"2020-02-21T10:15:30.0000000Z"}"#
        let body = #"{"config":{"asyncStarvationLimit":7},"clock":\#(clock)}"#
        try Processes.make(on: "a", client, hostBody: body)
        let former = try #require(live.api.hosts.use("a")?.host)
        let created = HostState(former)
        _ = try client.ask("PUT", "/v1/hosts/a/clock", #"{"mode":"system"}"#)
        _ = try client.ask("PATCH", "/v1/hosts/a/config", #"{"asyncStarvationLimit":9}"#)
        _ = try client.ask("PUT", "/v1/hosts/a/rule-policies", #"{"items":[{"imageFileName":"*"}]}"#)
        #expect(try client.ask("POST", "/v1/hosts/a/reset", "{}").status == 200)

        let host = try #require(live.api.hosts.use("a")?.host)
        #expect(HostState(host) == created)
        #expect(host !== former && host.origin.random != former.origin.random)
        #expect(host.driver.counters.processes == 1)
        // The name is still created by the same body.
        #expect(try client.ask("PUT", "/v1/hosts/a", body).status == 200)
        #expect(try client.ask("PUT", "/v1/hosts/a", "{}").status == 409)
    }

    /// The settings of a host.
    private struct HostState: Equatable {
        let config: [Int]
        let policies: Int
        let now: String

        init(_ host: Host) {
            config = [host.driver.config.asyncStarvationLimit]
            policies = host.driver.rulePolicies.count
            now = host.createdAt.rfc3339 + host.clock.now().rfc3339
        }
    }

    @Test(arguments: ["", "engine", "rulePolicies", "engine,rulePolicies", "rulePolicies,engine,engine"])
    func `a reset keeps the named parts only`(_ kept: String) throws {
        let live = try LiveAPI()
        let client = try live.client()
        _ = try client.ask("PUT", "/v1/hosts/a", "{}")
        _ = try client.ask("PUT", "/v1/hosts/a/engine", #"{"type":"none"}"#)
        _ = try client.ask("PUT", "/v1/hosts/a/rule-policies", #"{"items":[{"imageFileName":"*"}]}"#)
        let reset = try client.ask("POST", "/v1/hosts/a/reset" + (kept.isEmpty ? "" : "?keep=\(kept)"))
        #expect(try reset.string("engine", "type") == (kept.contains("engine") ? "none" : "embedded"))
        let policies = try #require(try reset.json["rulePolicies"]?["items"]?.list)
        #expect(policies.count == (kept.contains("rulePolicies") ? 1 : 0))
        // A second reset without `keep` returns to the creation.
        let again = try client.ask("POST", "/v1/hosts/a/reset")
        #expect(try again.string("engine", "type") == "embedded")
    }

    @Test func `the default host can be reset and replaced`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try Processes.make(on: "default", client)
        #expect(try client.ask("POST", "/v1/hosts/default/reset").status == 200)
        #expect(try client.ask("GET", "/v1/hosts/default/messages").integer("newest") == 0)
        #expect(try client.ask("PUT", "/v1/hosts/default?fresh=true", #"{"engine":{"type":"none"}}"#).status == 200)
        #expect(try client.ask("GET", "/v1/hosts/default").string("engine", "type") == "none")
    }

    @Test func `a fresh host replaces one with any body, and is created if there is none`() throws {
        let live = try LiveAPI(hostLimit: 2)
        let client = try live.client()
        #expect(try client.ask("PUT", "/v1/hosts/a?fresh=true", "{}").status == 201)
        try Processes.make(on: "a", client)
        // The limit counts the host once.
        #expect(try client.ask("PUT", "/v1/hosts/a?fresh=true", #"{"engine":{"type":"none"}}"#).status == 200)
        #expect(try client.ask("GET", "/v1/hosts/a/counters").integer("processTable", "processes") == 1)
        #expect(try client.ask("PUT", "/v1/hosts/a?fresh=false", "{}").status == 409)
        #expect(try client.ask("PUT", "/v1/hosts/b?fresh=true", "{}").status == 409)
        #expect(try client.ask("DELETE", "/v1/hosts/a").status == 204)
        #expect(try client.ask("PUT", "/v1/hosts/b?fresh=true", "{}").status == 201)
    }

    @Test func `a reset host of a replay is still the replay's`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        _ = live.api.hosts.create("r", HostCreation(), isCreatedByReplay: true)
        #expect(try client.ask("POST", "/v1/hosts/r/reset").status == 200)
        #expect(live.api.hosts.use("r")?.host.isCreatedByReplay == true)
        #expect(try client.ask("PUT", "/v1/hosts/r?fresh=true", "{}").status == 200)
        #expect(live.api.hosts.use("r")?.host.isCreatedByReplay == false)
    }

    @Test func `resets count against the limit of deleted hosts with a message in flight`() throws {
        let live = try LiveAPI(hostLimit: 2)
        let client = try live.client()
        let body = #"{"engine":{"type":"embedded","reply":"timeout"}}"#
        #expect(try client.ask("PUT", "/v1/hosts/a", body).status == 201)
        for number in 1...2 {
            _ = try client.ask("POST", "/v1/hosts/a/notifications/async", #"{"operation":"LogPrint"}"#)
            try #require(live.waits(number, of: .seconds(5)))
            #expect(try client.ask("POST", "/v1/hosts/a/reset").status == 200)
        }
        for request in [("POST", "/v1/hosts/a/reset"), ("PUT", "/v1/hosts/a?fresh=true")] {
            let refused = try client.ask(request.0, request.1)
            #expect(refused.status == 409)
            #expect(refused.text.contains("/problems/limit-reached"))
        }
        live.timers.advance(by: .seconds(5))
        #expect(try eventually { try client.ask("POST", "/v1/hosts/a/reset").status == 200 })
    }

    @Test func `concurrent resets, creations and deletions leave one host or none, and every message counted`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        let sent = Locked(0)
        for _ in 0..<10 {
            _ = try client.ask("PUT", "/v1/hosts/a", "{}")
            onThreads(8) { index in
                guard let own = try? live.client() else { return }
                for _ in 0..<5 {
                    let (method, path, allowed): (String, String, [Int]) =
                        switch index {
                        case 0: ("DELETE", "", [204, 404])
                        case 1: ("PUT", "", [200, 201])
                        case 2, 3: ("PUT", "?fresh=true", [200, 201])
                        case 4, 5: ("POST", "/reset", [200, 404])
                        default: ("POST", "/notifications/async", [202, 404])
                        }
                    let body = path == "/notifications/async" ? #"{"operation":"LogPrint"}"# : "{}"
                    let status = try? own.ask(method, "/v1/hosts/a" + path, body).status
                    #expect(allowed.contains(status ?? 0))
                    if status == 202 { sent.withLock { $0 += 1 } }
                }
            }
        }
        _ = try client.ask("DELETE", "/v1/hosts/a")
        #expect(eventually { live.api.hosts.drainingHosts.drivers.isEmpty })
        let sums = live.api.ledger.sums
        #expect(sums.enqueued == UInt64(sent.withLock { $0 }) && sums.isConserved)
        #expect(live.api.hosts.all.map(\.name) == ["default"])
        #expect(try client.ask("PUT", "/v1/hosts/a", "{}").status == 201)
    }

    @Test func `a host created while waits are ended does not wait after a reset either`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        live.api.prepareToStop()
        #expect(try client.ask("POST", "/v1/hosts/default/reset").status == 200)
        #expect(try client.ask("GET", "/v1/hosts/default/messages?waitMs=50000").status == 200)
        #expect(try client.ask("GET", "/v1/hosts/default/messages/count?waitMs=50000").integer("count") == 0)
    }
}
