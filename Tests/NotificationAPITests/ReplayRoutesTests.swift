import Messages
import Runtime
import TestSupport
import Testing
import YAML
import YAMLTesting

@testable import Driver
@testable import NotificationAPI

/// `POST /v1/replays`: each machine of a recording onto its own host.
@Suite struct ReplayRoutesTests {
    /// The load of an image on a machine, as a flat record of Sysmon, which also introduces the process.
    private static func load(_ machine: String, _ processId: Int = 1000, image: String = "x.dll") -> String {
        let guid = "{1234abcd-0005-0000-0000-00000000\(processId)}"
        return #"{"EventID":7,"Channel":"Microsoft-Windows-Sysmon/Operational","Hostname":"\#(machine)","#
            + #""UtcTime":"2020-02-21 10:15:30.123","ProcessGuid":"\#(guid)","ProcessId":"\#(processId)","#
            + #""Image":"a.exe","ImageLoaded":"\#(image)"}"# + "\n"
    }

    private static let type = ["Content-Type: application/x-ndjson"]

    private func replay(_ client: HTTPClient, _ lines: [String], _ query: String = "") throws -> Answer {
        try client.ask("POST", "/v1/replays" + query, lines.joined(), headers: Self.type)
    }

    /// The sections of an answer as `host created lines applied`.
    private func sections(_ answer: Answer) throws -> [String] {
        let hosts = try #require(try answer.json["hosts"]?.list)
        return hosts.map { host in
            let counts = ["lines", "processesSynthesised"].map { "\(host[$0]?.int ?? -1)" }.joined(separator: " ")
            return "\(host["host"]?.string ?? "-") \(host["created"]?.bool == true) \(counts)"
        }
    }

    private func host(_ live: LiveAPI, _ name: String) throws -> Host {
        try #require(live.api.hosts.use(name)?.host, "\(name)")
    }

    @Test func `hosts are created like the named model: configuration, engine, policies, and a clock of events`()
        throws
    {
        let live = try LiveAPI()
        let client = try live.client()
        let body = #"""
            {"config":{"asyncTimeoutMs":1234,"maxAsyncNotificationCount":7,"sendingSyncSemaphoreLimit":3},
            "engine":{"type":"embedded","reply":"mismatch","failEvery":1000},
            "rulePolicies":{"items":[{"imageFileName":"a*","rules":["NotifyImageLoadRule"]}]},
            "clock":{"mode":"system"}}
            """#
        try #require(try client.ask("PUT", "/v1/hosts/model", body).status == 201)
        // Later changes count too.
        try #require(try client.ask("PATCH", "/v1/hosts/model/config", #"{"asyncTimeoutMs":2345}"#).status == 200)
        let answer = try replay(client, [Self.load("PC1"), Self.load("pc2")], "?like=model")
        #expect(answer.status == 200)
        #expect(try sections(answer) == ["pc1 true 1 1", "pc2 true 1 1"])
        let model = try host(live, "model")
        for name in ["pc1", "pc2"] {
            let created = try host(live, name)
            #expect(created.driver.config == model.driver.config)
            #expect(created.driver.config.asyncTimeout == .milliseconds(2345))
            #expect(created.engine.setting == model.engine.setting)
            #expect(created.driver.rulePolicies == model.driver.rulePolicies)
            #expect(created.clock.mode == .events)
            #expect(created.clock.now() == FileTime(ticks: FileTime(unixSecond: 1_582_280_130).ticks + 1_230_000))
            #expect(created.driver.process(1000)?.rules == .notifyImageLoadRule)
            #expect(created.driver.counters.sync.map(\.counters.recvErrorCount).reduce(0, +) == 1)
        }
        #expect(model.driver.counters.async.enqueued == 0)
    }

    @Test func `without a model hosts are like the default one`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try #require(
            try client.ask("PATCH", "/v1/hosts/default/config", #"{"maxAsyncNotificationCount":5}"#).status == 200)
        #expect(try replay(client, [Self.load("pc1")]).status == 200)
        #expect(try host(live, "pc1").driver.config.maxAsyncNotificationCount == 5)
        #expect(try host(live, "default").driver.counters.async.enqueued == 0)
    }

    @Test func `an existing host is used unchanged`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        let model = #"{"config":{"maxAsyncNotificationCount":5}}"#
        try #require(try client.ask("PUT", "/v1/hosts/model", model).status == 201)
        try #require(try client.ask("PUT", "/v1/hosts/pc1", #"{"config":{"asyncStarvationLimit":3}}"#).status == 201)
        let answer = try replay(client, [Self.load("PC1"), Self.load("PC1")], "?like=model")
        #expect(try sections(answer) == ["pc1 false 2 1"])
        let used = try host(live, "pc1")
        #expect(used.driver.config.asyncStarvationLimit == 3)
        #expect(used.driver.config.maxAsyncNotificationCount == 4096)
        #expect(used.clock.mode == .system)
        #expect(used.driver.counters.async.enqueued == 2)
        // So is one that a replay created.
        let again = try replay(client, [Self.load("pc1"), Self.load("pc9")], "?like=model")
        #expect(try sections(again) == ["pc1 false 1 0", "pc9 true 1 1"])
        #expect(used.driver.counters.async.enqueued == 3)
    }

    @Test func `machines whose names map to the same one get different hosts`() throws {
        let live = try LiveAPI()
        let answer = try replay(try live.client(), ["a.b", "A-B", "a b", "..."].map { Self.load($0) })
        #expect(
            try sections(answer) == ["a-b true 1 1", "a-b-2 true 1 1", "a-b-3 true 1 1", "machine true 1 1"])
    }

    @Test func `machines that cannot get a host are skipped, and the sums hold`() throws {
        let live = try LiveAPI(hostLimit: 2)
        let client = try live.client()
        let answer = try replay(client, [Self.load("pc1"), Self.load("pc2"), Self.load("pc2"), Self.load("pc1")])
        #expect(answer.status == 200)
        #expect(try sections(answer) == ["pc1 true 2 1"])
        #expect(try answer.integer("skipped", "no-host") == 2)
        #expect(try answer.integer("skippedByType", "imageLoad", "no-host") == 2)
        #expect(try answer.integer("lines") == 4)
        #expect(try answer.integer("applied") == 2)
        #expect(try client.ask("DELETE", "/v1/hosts/pc1").status == 204)
        #expect(try sections(try replay(client, [Self.load("pc2")])) == ["pc2 true 1 1"])
    }

    @Test(arguments: [
        ("?like=none", 404), ("?like=No", 400), ("?like=", 400), ("?format=native", 400), ("?format=sysmon", 200),
        ("?machine=pc1", 200), ("?like=none&format=native", 400), ("?onFull=perhaps", 400), ("?what=1", 400),
    ])
    func `parameters are checked before anything is created`(query: String, status: Int) throws {
        let live = try LiveAPI()
        let answer = try replay(try live.client(), [Self.load("pc1")], query)
        #expect(answer.status == status)
        #expect(live.api.hosts.all.map(\.name) == (status == 200 ? ["default", "pc1"] : ["default"]))
        #expect(live.api.uploadSlots.inUse == 0)
    }

    @Test func `a body of another type is refused`() throws {
        let live = try LiveAPI()
        let answer = try live.client().ask("POST", "/v1/replays", "{}", headers: ["Content-Type: text/plain"])
        #expect(answer.status == 415)
    }

    @Test func `only the chosen machine gets a host`() throws {
        let live = try LiveAPI()
        let answer = try replay(try live.client(), ["pc1", "PC2", "pc3"].map { Self.load($0) }, "?machine=pc2")
        #expect(try sections(answer) == ["pc2 true 1 1"])
        #expect(try answer.integer("skipped", "other-machine") == 2)
        #expect(live.api.hosts.all.map(\.name) == ["default", "pc2"])
    }

    @Test func `the answer contains the outcomes of messages, and which were lost`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try #require(try client.ask("PUT", "/v1/hosts/default/engine", #"{"type":"none"}"#).status == 200)
        let answer = try replay(client, [Self.load("pc1", image: "a.dll"), Self.load("PC1", image: "b.dll")])
        let ends = try #require(try answer.json["deliveries"]?.list?.first)
        #expect((ends["operation"]?.string, ends["sent"]?.int, ends["failed"]?.int) == ("LoadImage", 0, 2))
        let loss = try #require(try answer.json["losses"]?.list?.first)
        #expect((loss["machine"]?.string, loss["reason"]?.string) == ("pc1", "STATUS_PORT_DISCONNECTED"))
        #expect((loss["first"]?["subject"]?.string, loss["last"]?["subject"]?.string) == ("a.dll", "b.dll"))
        #expect(try answer.integer("coverage", "outcomes") == 56)
        // The next replay reports only its own.
        let again = try replay(client, [Self.load("pc1")])
        #expect(try again.json["losses"]?.list?.first?["count"]?.int == 1)
    }

    @Test func `a full queue drops no messages of a replay, which waits for the worker`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try #require(
            try client.ask("PATCH", "/v1/hosts/default/config", #"{"maxAsyncNotificationCount":1}"#).status == 200)
        let answer = try replay(client, Array(repeating: Self.load("pc1"), count: 500))
        #expect(try answer.integer("applied") == 500)
        let counters = try host(live, "pc1").driver.counters
        #expect((counters.async.sent, counters.async.droppedOnOverflow, counters.queued) == (500, 0, 0))
    }

    @Test func `a replay holds a slot, its hosts and their observers until it is over`() throws {
        let live = try LiveAPI(uploadLimit: 1)
        let client = try live.client()
        try #require(try client.ask("PUT", "/v1/hosts/pc1", "{}").status == 201)
        let used = try host(live, "pc1")
        let upload = try live.client()
        let line = Self.load("pc1")
        try upload.send(
            "POST /v1/replays HTTP/1.1\r\nHost: test\r\n\(Self.type[0])\r\nContent-Length: \(line.utf8.count * 2)\r\n\r\n"
                + line)
        #expect(eventually { used.driver.counters.async.sent == 1 })
        #expect(live.api.uploadSlots.inUse == 1)
        #expect(used.driver.withState { $0.observers.count } == 1)
        #expect(!used.isUnused(forSeconds: 0))

        let refused = try replay(client, [line])
        #expect(refused.status == 409)
        #expect(try refused.string("type").hasSuffix("limit-reached"))
        let events = try client.ask("POST", "/v1/hosts/pc1/events?format=sysmon", line, headers: Self.type)
        #expect(events.status == 409)

        try upload.send(line)
        #expect(try sections(try upload.receive()) == ["pc1 false 2 1"])
        #expect(eventually { live.api.uploadSlots.inUse == 0 && used.isUnused(forSeconds: 0) })
        #expect(used.driver.withState { $0.observers.count } == 0)
        #expect(try replay(client, [line]).status == 200)
    }

    @Test func `a client that disconnects releases its slot, its hosts and their observers`() throws {
        let live = try LiveAPI(uploadLimit: 1)
        let client = try live.client()
        try #require(try client.ask("PUT", "/v1/hosts/pc1", "{}").status == 201)
        let used = try host(live, "pc1")
        let line = Self.load("pc1")
        func leave() throws {
            let upload = try live.client()
            try upload.send(
                "POST /v1/replays HTTP/1.1\r\nHost: test\r\n\(Self.type[0])\r\nContent-Length: 100000\r\n\r\n"
                    + line + Self.load("new"))
            #expect(eventually { live.api.hosts.use("new")?.host.driver.counters.async.sent == 1 })
            #expect(used.driver.withState { $0.observers.count } == 1)
        }
        try leave()
        #expect(eventually { live.api.uploadSlots.inUse == 0 })
        #expect(eventually { used.driver.withState { $0.observers.isEmpty } && used.isUnused(forSeconds: 0) })
        let created = try host(live, "new")
        #expect(created.driver.withState { $0.observers.isEmpty })
        #expect(try sections(try replay(client, [line])) == ["pc1 false 1 0"])
    }

    @Test func `a client that disconnects while its events wait for the engine is noticed when they continue`() throws {
        let live = try LiveAPI(uploadLimit: 1)
        let client = try live.client()
        let rules = #"{"items":[{"imageFileName":"*","rules":["NotifyImageLoadRule"]}]}"#
        try #require(try client.ask("PUT", "/v1/hosts/default/rule-policies", rules).status == 200)
        try #require(
            try client.ask("PUT", "/v1/hosts/default/engine", #"{"type":"embedded","reply":"timeout"}"#).status == 200)
        func leave() throws {
            let upload = try live.client()
            let lines = (0..<3).map { Self.load("pc1", 1000 + 4 * $0) }.joined()
            try upload.send(
                "POST /v1/replays HTTP/1.1\r\nHost: test\r\n\(Self.type[0])\r\nContent-Length: 100000\r\n\r\n" + lines)
            #expect(live.waits(1, of: .seconds(1)))
        }
        try leave()
        let isOver = eventually {
            live.timers.advance(by: .seconds(1))
            return live.api.uploadSlots.inUse == 0
        }
        #expect(isOver)
        let created = try host(live, "pc1")
        #expect(eventually { created.driver.withState { $0.observers.isEmpty } && created.isUnused(forSeconds: 0) })
        let isSettled = eventually {
            live.timers.advance(by: .seconds(1))
            return created.driver.counters.inFlight == 0
        }
        #expect(isSettled)
        #expect(created.driver.process(1000) != nil)
    }
}
