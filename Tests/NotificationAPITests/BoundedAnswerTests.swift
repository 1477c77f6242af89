import MicroHTTPD
import TestSupport
import Testing
import YAMLTesting

@testable import NotificationAPI

/// The memory that answers take.
@Suite struct BoundedAnswerTests {
    /// A text that is six times as long in JSON.
    private static let long = String(repeating: "\\u0001", count: 32_766)

    private func makeLongProcesses(_ count: Int, _ client: HTTPClient) throws {
        for index in 1...count {
            let body =
                #"{"processId":\#(1000 + 4 * index),"imageFileName":"\#(Self.long)","commandLine":"\#(Self.long)"}"#
            try #require(try client.ask("POST", "/v1/hosts/default/processes?explain=false", body).status == 201)
        }
    }

    /// The sizes in bytes of all pages of a list, and the number of items.
    private func pages(_ client: HTTPClient, _ target: String, cursor: String = "cursor") throws -> (
        sizes: [Int], items: Int
    ) {
        var (sizes, items): ([Int], Int) = ([], 0)
        var next: String? = ""
        while let position = next {
            let answer = try client.ask("GET", position.isEmpty ? target : "\(target)&\(cursor)=\(position)")
            try #require(answer.status == 200)
            sizes.append(answer.body.count)
            // Read without a YAML parser, which takes seconds for megabytes.
            items += answer.text.split(separator: #""creationTime":"#).count - 1
            next = answer.text.suffix(64).split(separator: #""next":""#).dropFirst().last.map {
                String($0.prefix { $0.isNumber })
            }
        }
        return (sizes, items)
    }

    @Test func `a page has at most four mebibytes, ends early and continues`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try makeLongProcesses(9, client)
        let (sizes, _) = try pages(client, "/v1/hosts/default/processes?limit=1000")
        #expect(sizes.allSatisfy { $0 <= 4 << 20 })
        #expect(sizes.count == 2)
        // Three long texts each, plus the System process.
        let textSize = 9 * 3 * 6 * 32_766
        #expect(sizes.reduce(0, +) > textSize && sizes.reduce(0, +) < textSize + 20_000)
    }

    @Test func `pages of policies and the description of a host are limited too`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        let policy = #"{"imageFileName":"a","rules":["0xffffffff"],"flags":["0xffffffff"]}"#
        let body = #"{"items":[\#(Array(repeating: policy, count: 6000).joined(separator: ","))]}"#
        let put = try client.ask("PUT", "/v1/hosts/default/rule-policies", body)
        #expect(put.status == 200)
        #expect(put.body.count <= 4 << 20)
        var (count, next): (Int, String?) = (0, "0")
        while let position = next {
            let answer = try client.ask("GET", "/v1/hosts/default/rule-policies?cursor=\(position)")
            #expect(answer.status == 200 && answer.body.count <= 4 << 20)
            count += answer.text.split(separator: "imageFileName").count - 1
            next = answer.text.suffix(64).split(separator: #""next":""#).dropFirst().last.map {
                String($0.prefix { $0.isNumber })
            }
        }
        #expect(count == 6000)
        let host = try client.ask("GET", "/v1/hosts/default")
        #expect(host.body.count < 300 << 10)
        #expect(host.text.contains(#""next":""#))
    }

    @Test func `a name invented by a body is shortened in the answer`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        for name in [String(repeating: "/", count: 1_000_000), String(repeating: "é", count: 400_000)] {
            let answer = try client.ask("POST", "/v1/hosts/default/processes", #"{"\#(name)":1}"#)
            #expect(answer.status == 400)
            #expect(answer.body.count < 4096)
            #expect(answer.text.contains("…"))
        }
        let many = (0..<10_000).map { #""\#($0)\#(String(repeating: "\\u0001", count: 12))":1"# }.joined(separator: ",")
        let answer = try client.ask("POST", "/v1/hosts/default/processes", "{\(many)}")
        #expect(answer.status == 400)
        #expect(answer.body.count < 1 << 20)
    }

    // MARK: Unread answers

    @Test func `unread answers share one limit, beyond which 503 is returned, except for probes`() throws {
        let live = try LiveAPI(answerBytes: 10 << 20)
        let client = try live.client()
        try makeLongProcesses(7, client)
        let list = "/v1/hosts/default/processes?limit=1000"
        var idle = try (0..<2).map { _ in try live.client() }
        for reader in idle { try reader.begin("GET", list) }
        #expect(eventually { live.api.answerMemory.bytes > 7 << 20 })

        // The kernel buffers little of it, however long one waits.
        for _ in 0..<3 { #expect(try client.ask("GET", list).status == 503) }
        #expect(live.api.answerMemory.bytes > 7 << 20)
        let refused = try client.ask("GET", list)
        #expect(refused.status == 503)
        #expect(try refused.string("type") == "/problems/busy")
        #expect(refused.headers["retry-after"] == "1")
        for target in ["/livez", "/readyz", "/healthz", "/v1/version", "/openapi.yaml", "/v1/vocabulary"] {
            #expect(try client.ask("GET", target).status == 200, "\(target)")
        }
        #expect(try client.ask("POST", "/v1/hosts/default/worker/drain", "{}").status == 200)
        idle.removeAll()
        #expect(try eventually { try client.ask("GET", list).status == 200 })
        #expect(eventually { live.api.answerMemory.bytes == 0 })
    }

    @Test func `a change is refused before it is made if there is no room for any answer`() throws {
        let live = try LiveAPI(answerBytes: 1 << 20)
        let client = try live.client()
        var reservation: AnswerMemory.Reservation? = live.api.answerMemory.reserveOverLimit(1 << 20)
        let refused = try client.ask("PUT", "/v1/hosts/a", "{}")
        #expect(refused.status == 503)
        #expect(try client.ask("GET", "/v1/hosts/a").status == 404)
        #expect(try client.ask("GET", "/livez").status == 200)
        withExtendedLifetime(reservation) {}
        reservation = nil
        #expect(try client.ask("PUT", "/v1/hosts/a", "{}").status == 201)
    }

    @Test func `read-only requests leave room for the answers to changes`() {
        let memory = AnswerMemory(limit: 800)
        let reads = (0..<9).map { _ in memory.reserve(100) }
        #expect(reads.count { $0 != nil } == 7)
        #expect(!memory.isFull)
        let change = memory.reserveOverLimit(100)
        #expect(memory.isFull && memory.bytes == 800)
        withExtendedLifetime((reads, change)) {}
    }

    // MARK: Bodies

    @Test func `a body with a content coding is refused by every operation that takes a body`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        for route in NotificationAPI.routes where ![.get, .delete].contains(route.method) {
            let values = ["host": "default", "pid": "4", "tid": "1", "id": "1"]
            let target = values.reduce(route.template) { target, value in
                target.split(separator: "{\(value.key)}", omittingEmptySubsequences: false)
                    .joined(separator: value.value)
            }
            let isUpload = target.hasSuffix("/events") || target.hasSuffix("/replays")
            let type = "Content-Type: application/\(isUpload ? "x-ndjson" : "json")"
            for coding in ["gzip", "identity, gzip", "br"] {
                let answer = try client.ask(
                    route.method.rawValue, target, "{}\n", headers: [type, "Content-Encoding: \(coding)"])
                #expect(answer.status == 415, "\(target)")
                #expect(answer.text.contains("content coding"))
                #expect(answer.headers["accept-encoding"] == "identity")
            }
            let plain = try client.ask(
                route.method.rawValue, target, "{}\n", headers: [type, "Content-Encoding: Identity"])
            #expect(plain.status != 415, "\(target)")
        }
    }

    @Test func `the rest of an upload is skipped when its host is deleted`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try Processes.make(on: "a", client)
        _ = try client.ask("PUT", "/v1/hosts/a/engine", #"{"type":"embedded","delayMs":900}"#)
        let upload = try live.client()
        let line = #"{"type":"threadCreate","processId":\#(Processes.other),"creatorProcessId":\#(Processes.armed)}"#
        try upload.begin(
            "POST", "/v1/hosts/a/events", String(repeating: line + "\n", count: 10),
            headers: ["Content-Type: application/x-ndjson"])
        try #require(live.waits(of: .milliseconds(900)))
        #expect(try client.ask("DELETE", "/v1/hosts/a").status == 204)
        #expect(try client.ask("PUT", "/v1/hosts/a", "{}").status == 201)
        live.timers.advance(by: .milliseconds(900))
        let report = try upload.receive()
        #expect(report.status == 200)
        #expect(try report.integer("lines") == 10)
        #expect(try report.integer("applied") == 1)
        #expect(try report.integer("skipped", "host-removed") == 9)
        #expect(try report.integer("skippedByType", "threadCreate", "host-removed") == 9)
        #expect(try client.ask("GET", "/v1/hosts/a/messages").integer("newest") == 0)
    }
}
