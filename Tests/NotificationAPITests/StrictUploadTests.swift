import Driver
import TestSupport
import Testing
import YAML
import YAMLTesting

@testable import NotificationAPI

/// Uploads of which nothing is applied unless every line can be read.
@Suite struct StrictUploadTests {
    private static let target = "/v1/hosts/default/events?strict=true"
    private static let ndjson = "Content-Type: application/x-ndjson"

    private func create(_ processId: Int) -> String {
        #"{"type":"processCreate","processId":\#(processId),"imageFileName":"a.exe"}"# + "\n"
    }

    private func post(_ client: HTTPClient, _ body: String, _ query: String = "") throws -> Answer {
        try client.ask("POST", Self.target + query, body, headers: [Self.ndjson])
    }

    private func processes(_ live: LiveAPI) -> Int {
        live.api.hosts.use("default")?.host.driver.counters.processes ?? -1
    }

    @Test func `readable lines are applied like those of any upload`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        let body = (0..<5000).map { create(1000 + 4 * $0) }.joined()
        let report = try post(client, body)
        #expect(report.status == 200)
        #expect(try report.integer("applied") == 5000)
        #expect(processes(live) == 5001)
        #expect(live.api.heldBodies.bytes == 0 && live.api.uploadSlots.inUse == 0)
        #expect(try post(client, "").integer("lines") == 0)
    }

    @Test func `one unreadable line, even the last one, keeps all others from being applied`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        let refused = try post(client, create(1000) + create(1004) + "{\"type\":\"processCreate\"}")
        #expect(refused.status == 422)
        #expect(try refused.string("type") == "/problems/invalid-events")
        let errors = try #require(try refused.json["errors"]?.list)
        #expect(errors.map { $0["line"]?.int } == [3])
        #expect(refused.text.contains("imageFileName"))
        #expect(processes(live) == 1)
        #expect(live.api.heldBodies.bytes == 0 && live.api.uploadSlots.inUse == 0)
    }

    @Test func `faults beyond the limits are counted`() throws {
        let live = try LiveAPI()
        let refused = try post(try live.client(), String(repeating: "[\n", count: 3000))
        #expect(refused.status == 422)
        #expect(try refused.json["errors"]?.list?.count == 1000)
        #expect(try refused.integer("errorsUnlisted") == 2000)
        #expect(refused.body.count <= 2 << 20)
    }

    @Test func `a refused line stops the upload with the report of the lines before it`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        let body = create(1000) + create(1004) + create(1000) + create(1008)
        let refused = try post(client, body, "&stopOnError=false")
        #expect(refused.status == 409)
        #expect(try refused.string("type") == "/problems/event-refused")
        #expect(try refused.integer("line") == 3)
        #expect(try refused.integer("report", "applied") == 2)
        #expect(try refused.integer("report", "stoppedAtLine") == 3)
        #expect(processes(live) == 3)
        #expect(live.api.heldBodies.bytes == 0 && live.api.uploadSlots.inUse == 0)
    }

    @Test func `a body over the limit is refused, announced or not`() throws {
        let live = try LiveAPI(strictBodyBytes: 64 << 10)
        let client = try live.client()
        let body = (0..<1000).map { create(1000 + 4 * $0) }.joined()
        #expect(body.utf8.count > 64 << 10)
        let announced = try live.client()
        try announced.send(
            "POST \(Self.target) HTTP/1.1\r\nHost: a\r\n\(Self.ndjson)\r\nContent-Length: 65537\r\n"
                + "Expect: 100-continue\r\n\r\n")
        #expect(try announced.receive().status == 413)
        let chunked = try live.client()
        try chunked.send(
            "POST \(Self.target) HTTP/1.1\r\nHost: a\r\n\(Self.ndjson)\r\nTransfer-Encoding: chunked\r\n\r\n")
        try chunked.send("\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
        let refused = try chunked.receive()
        #expect(refused.status == 413)
        #expect(refused.text.contains("limits.strictBodyBytes"))
        #expect(processes(live) == 1)
        #expect(live.api.heldBodies.bytes == 0)
        // Exactly the limit is accepted.
        let room = (64 << 10) - create(1000).utf8.count
        #expect(try post(client, create(1000) + String(repeating: "\n", count: room)).status == 200)
    }

    @Test func `a client that goes on over the limit is cut`() throws {
        let live = try LiveAPI(strictBodyBytes: 1024)
        let client = try live.client()
        try client.send(
            "POST \(Self.target) HTTP/1.1\r\nHost: a\r\n\(Self.ndjson)\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = "400\r\n\(String(repeating: "\n", count: 1024))\r\n"
        #expect(throws: HTTPClient.Failure.self) {
            for _ in 0..<100_000 { try client.send(chunk) }
            _ = try client.receive()
        }
        #expect(eventually { live.api.uploadSlots.inUse == 0 && live.api.heldBodies.bytes == 0 })
    }

    @Test func `held bodies have a limit together, and it does not concern other uploads`() throws {
        let live = try LiveAPI(strictBodyBytes: 1024)
        let client = try live.client()
        let holders = try (0..<16).map { _ in
            let holder = try live.client()
            try holder.send(
                "POST \(Self.target) HTTP/1.1\r\nHost: a\r\n\(Self.ndjson)\r\nContent-Length: 1024\r\n\r\n"
                    + String(repeating: "\n", count: 1023))
            return holder
        }
        #expect(eventually { live.api.heldBodies.bytes == 16 * 1023 })
        let refused = try post(client, create(1000))
        #expect(refused.status == 503)
        #expect(refused.headers["retry-after"] == "1")
        let other = try client.ask("POST", "/v1/hosts/default/events", create(1000), headers: [Self.ndjson])
        #expect(other.status == 200)
        for holder in holders {
            try holder.send("\n")
            #expect(try holder.receive().status == 200)
        }
        #expect(try post(client, create(1004)).status == 200)
        #expect(live.api.heldBodies.bytes == 0)
    }

    @Test func `a client that disconnects before the end leaves nothing behind`() throws {
        let live = try LiveAPI()
        do {
            let client = try live.client()
            try client.send(
                "POST \(Self.target) HTTP/1.1\r\nHost: a\r\n\(Self.ndjson)\r\nContent-Length: 100000\r\n\r\n"
                    + create(1000))
            #expect(eventually { live.api.heldBodies.bytes > 0 })
        }
        #expect(eventually { live.api.heldBodies.bytes == 0 && live.api.uploadSlots.inUse == 0 })
        #expect(processes(live) == 1)
    }

    @Test func `an upload whose host is reset while it is applied is not a success`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try Processes.make(on: "a", client)
        _ = try client.ask("PUT", "/v1/hosts/a/engine", #"{"type":"embedded","delayMs":100}"#)
        let upload = try live.client()
        let ids = #""processId":\#(Processes.other),"creatorProcessId":\#(Processes.armed)"#
        let line = #"{"type":"threadCreate",\#(ids)}"# + "\n"
        try upload.begin(
            "POST", "/v1/hosts/a/events?strict=true", String(repeating: line, count: 5), headers: [Self.ndjson])
        try #require(live.waits(of: .milliseconds(100)))
        #expect(try client.ask("POST", "/v1/hosts/a/reset").status == 200)
        live.timers.advance(by: .milliseconds(100))
        let answer = try upload.receive()
        #expect(answer.status == 404)
        #expect(answer.text.contains("before that: 1."))
        #expect(live.api.uploadSlots.inUse == 0)
    }
}
