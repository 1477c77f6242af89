import MicroHTTPD
import NotificationAPI
import Testing

/// The common properties of all answers.
@Suite struct AnswerTests {
    /// One request for each kind of outcome.
    private static let requests: [(method: String, target: String, body: String?, status: Int)] = [
        ("GET", "/v1/version", nil, 200), ("GET", "/livez", nil, 200), ("GET", "/nothing", nil, 404),
        ("DELETE", "/v1/version", nil, 405), ("GET", "/v1/hosts/none", nil, 404),
        ("GET", "/v1/hosts/default/processes?limit=0", nil, 400), ("PUT", "/v1/hosts/default/clock", "{", 400),
        ("PUT", "/v1/hosts/default/clock", #"{"mode":"system"}"#, 200), ("DELETE", "/v1/hosts/spare", nil, 204),
        ("POST", "/v1/hosts/default/worker/steps", "{}", 409),
        ("POST", "/v1/hosts/default/processes", #"{"imageFileName":"a.exe"}"#, 201),
        ("PUT", "/v1/hosts/default/rule-policies", String(repeating: " ", count: 1_048_577), 413),
    ]

    @Test func `a plain X-Request-Id is returned with every answer`() throws {
        let live = try LiveAPI()
        for (number, request) in AnswerTests.requests.enumerated() {
            let client = try live.client()
            if request.status == 204 { _ = try client.ask("PUT", request.target, "{}") }
            let header = "X-Request-Id: my-id/\(number)~"
            let answer = try client.ask(request.method, request.target, request.body, headers: [header])
            #expect(answer.status == request.status, "\(request)")
            #expect(answer.headers["x-request-id"] == "my-id/\(number)~", "\(request)")
            #expect(answer.headers["x-content-type-options"] == "nosniff", "\(request)")
            #expect(answer.headers.keys.filter { $0.hasPrefix("access-control-") }.isEmpty)
        }
    }

    @Test(arguments: [nil, "", "a b", "é", "\u{1}", String(repeating: "a", count: 129)])
    func `without an id that can be returned, an answer gets its own`(given: String?) throws {
        let live = try LiveAPI()
        let ids = try (0..<2).map { _ in
            let header = given.map { ["X-Request-Id: \($0)"] } ?? []
            return try live.client().ask("GET", "/v1/version", headers: header).headers["x-request-id"]
        }
        #expect(ids[0] != nil && ids[1] != nil && ids[0] != ids[1] && ids[0] != given)
    }

    /// Every path with `GET`, with existing objects where possible.
    private static let readable = NotificationAPI.routes.filter { $0.method == .get }.map { route in
        let values = [
            ("{host}", "default"), ("{pid}", "4"), ("{tid}", "1"), ("{id}", "1"), ("{sequence}", "1"),
            ("{name}", "not-found"), ("{file}", "index.html"),
        ]
        return values.reduce(route.template) { target, value in
            target.split(separator: value.0, omittingEmptySubsequences: false).joined(separator: value.1)
        }
    }

    @Test(arguments: readable) func `HEAD is GET without a body`(target: String) throws {
        let live = try LiveAPI()
        let client = try live.client()
        _ = try client.ask("POST", "/v1/hosts/default/processes", #"{"imageFileName":"a.exe"}"#)
        _ = try client.ask("POST", "/v1/hosts/default/stream-contexts", #"{"fileName":"a.dll"}"#)
        let head = try client.ask("HEAD", target)
        // An answer that is produced while it is sent has no length, and closes the connection.
        let isStreamed = target == "/metrics"
        #expect((head.headers["connection"] == "close") == isStreamed)
        // A body after HEAD would be read as this answer.
        let get = try (isStreamed ? live.client() : client).ask("GET", target)
        #expect(!target.contains("{"))
        #expect(head.status == get.status)
        #expect(get.status == (target.hasSuffix("threads/1") ? 404 : 200))
        #expect(head.headers["content-type"] == get.headers["content-type"])
        #expect(head.headers["x-request-id"] != nil)
        #expect(head.headers["content-length"].flatMap { Int($0) } == (isStreamed ? nil : get.body.count))
    }
}
