import MicroHTTPD
import NotificationAPI
import Testing

/// The requests that web pages in a browser may make (UIS-1, UIS-2, UIS-3, UIS-5).
@Suite struct SiteRulesTests {
    /// The answer to a request of exactly these lines.
    private func answer(_ live: LiveAPI, _ line: String, _ headers: [String]) throws -> Answer {
        let client = try live.client()
        try client.send(([line] + headers).joined(separator: "\r\n") + "\r\n\r\n")
        return try client.receive()
    }

    private func status(_ live: LiveAPI, host: String, _ target: String = "/v1/version") throws -> Int {
        try answer(live, "GET \(target) HTTP/1.1", ["Host: \(host)"]).status
    }

    // MARK: Allowed hosts

    private static let safe = [
        "127.0.0.1", "127.0.0.1:8080", "[::1]:8080", "192.168.1.20", "localhost", "LOCALHOST:1", "a.b.localhost:8080",
        "localhost.", "wdfilterd:8080", "my_service", "engine-1",
    ]
    private static let strange = [
        "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "xlocalhost.",
        "evil.", "127.0.0.1.", "1.2.3", "1.2.3.256", "1.2.3.4.5", ".", "a.localhostx", "0x7f.1",
    ]

    @Test func `UIS-1 a Host that a foreign name server can point here is refused`() throws {
        let live = try LiveAPI()
        for host in Self.safe { #expect(try status(live, host: host) == 200, "\(host)") }
        for host in Self.strange {
            let answer = try answer(live, "PUT /v1/hosts/made HTTP/1.1", ["Host: \(host)"])
            #expect(answer.status == 421, "\(host)")
            #expect(try answer.string("type") == "/problems/misdirected")
            #expect(try answer.string("detail").contains("server.allowedHosts"))
        }
        #expect(try answer(live, "GET /v1/hosts/made HTTP/1.1", ["Host: a"]).status == 404)
    }

    @Test func `UIS-1 the settings allow further hosts, with one port or any`() throws {
        let live = try LiveAPI(allowedHosts: ["lab.example", "ui.example:8443"])
        for host in ["lab.example", "LAB.Example:1", "ui.example:8443", "127.0.0.1"] {
            #expect(try status(live, host: host) == 200, "\(host)")
        }
        for host in ["a.lab.example", "lab.example.org", "ui.example", "ui.example:8444", "evil.example"] {
            #expect(try status(live, host: host) == 421, "\(host)")
        }
    }

    @Test func `UIS-1 probes and a request without Host are answered`() throws {
        let live = try LiveAPI()
        for probe in ["/livez", "/readyz", "/healthz"] {
            #expect(try status(live, host: "evil.example", probe) == 200)
        }
        for other in ["/", "/metrics", "/openapi.yaml", "/problems"] {
            #expect(try status(live, host: "evil.example", other) == 421)
        }
        #expect(try answer(live, "GET /v1/version HTTP/1.0", []).status == 200)
        #expect(try answer(live, "POST /v1/hosts/default/engine/ping HTTP/1.0", []).status == 200)
    }

    @Test func `UIS-1 with tokens, Host is checked only if the settings name hosts`() throws {
        let tokens = try TokenTable(text: Array("a admin admin-0123456789".utf8))
        let bearer = "Authorization: Bearer admin-0123456789"
        let open = try LiveAPI(tokens: tokens)
        #expect(try answer(open, "GET /v1/version HTTP/1.1", ["Host: evil.example", bearer]).status == 200)
        let closed = try LiveAPI(tokens: tokens, allowedHosts: ["lab.example"])
        #expect(try answer(closed, "GET /v1/version HTTP/1.1", ["Host: evil.example", bearer]).status == 421)
        #expect(try answer(closed, "GET /v1/version HTTP/1.1", ["Host: lab.example", bearer]).status == 200)
        #expect(try answer(closed, "GET /v1/version HTTP/1.1", ["Host: evil.example"]).status == 421)
    }

    @Test(arguments: ["a b/c?@:99999", "a/b", "user@a", "a:99999", "[::1", "a b"])
    func `a malformed Host is refused as HTTP requires`(host: String) throws {
        let answer = try answer(LiveAPI(), "GET /livez HTTP/1.1", ["Host: \(host)"])
        #expect(answer.status == 400)
        #expect(answer.headers["connection"] == "close")
    }

    // MARK: Sites that may request changes

    private func ping(_ live: LiveAPI, _ headers: [String]) throws -> Answer {
        try answer(live, "POST /v1/hosts/default/engine/ping HTTP/1.1", ["Host: localhost:8080"] + headers)
    }

    @Test func `UIS-2 a change requested by a page of another site is refused`() throws {
        let live = try LiveAPI()
        for headers in [
            ["Sec-Fetch-Site: cross-site"], ["Sec-Fetch-Site: same-site"], ["Sec-Fetch-Site: x"],
            ["Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site"], ["Origin: null"], ["Origin: http://evil.example"],
            ["Origin: http://localhost:8081"], ["Origin: http://localhost"], ["Origin: localhost:8080"],
            ["Origin: http://localhost:8080.evil.example"], ["Origin: http://evil.example://localhost:8080"],
            ["Origin: http://localhost:8080", "Origin: http://evil.example"], ["Origin: http://"],
            ["Origin: http://localhost:8080", "Sec-Fetch-Site: cross-site"],
        ] {
            let answer = try ping(live, headers)
            #expect(answer.status == 403, "\(headers)")
            #expect(try answer.string("type") == "/problems/cross-origin")
        }
        for method in ["PUT", "PATCH", "DELETE"] {
            let target = method == "PATCH" ? "/v1/hosts/default/config" : "/v1/hosts/default"
            let answer = try answer(
                live, "\(method) \(target) HTTP/1.1", ["Host: a", "Origin: http://evil.example"])
            #expect(answer.status == 403)
        }
    }

    @Test func `UIS-2 requests of no browser, of the service's own page, or without a change are answered`() throws {
        let live = try LiveAPI()
        for headers in [
            [], ["Sec-Fetch-Site: same-origin"], ["Sec-Fetch-Site: none"], ["Origin: http://localhost:8080"],
            ["Origin: https://LOCALHOST:8080", "Sec-Fetch-Site: same-origin"],
        ] {
            #expect(try ping(live, headers).status == 200, "\(headers)")
        }
        for method in ["GET", "HEAD"] {
            let headers = ["Sec-Fetch-Site: cross-site", "Origin: http://evil.example"]
            #expect(try live.client().ask(method, "/v1/hosts/default", headers: headers).status == 200)
        }
    }

    @Test func `UIS-2 an origin whose host is in the settings counts as own`() throws {
        let live = try LiveAPI(allowedHosts: ["ui.example", "other.example:1"])
        #expect(try ping(live, ["Origin: https://ui.example:8443", "Sec-Fetch-Site: cross-site"]).status == 200)
        #expect(try ping(live, ["Origin: https://other.example:1"]).status == 200)
        #expect(try ping(live, ["Origin: https://other.example"]).status == 403)
        #expect(try ping(live, ["Origin: https://evil.example", "Origin: https://ui.example"]).status == 403)
    }

    @Test func `UIS-5 sites are checked after path and method, and before tokens`() throws {
        let live = try LiveAPI(
            tokens: try TokenTable(text: Array("a admin admin-0123456789".utf8)), allowedHosts: ["lab.example"])
        let evil = ["Host: evil.example", "Origin: http://evil.example"]
        #expect(try answer(live, "POST /v1/nothing HTTP/1.1", evil).status == 404)
        #expect(try answer(live, "POST /v1/version HTTP/1.1", evil).status == 405)
        #expect(try answer(live, "PUT /v1/hosts/a HTTP/1.1", evil).status == 421)
        #expect(try answer(live, "PUT /v1/hosts/a HTTP/1.1", ["Host: a"] + evil.suffix(1)).status == 403)
        #expect(try answer(live, "PUT /v1/hosts/a HTTP/1.1", ["Host: a"]).status == 401)
    }

    @Test func `the Host on a unix domain socket is not checked`() throws {
        let head = RequestHead(
            method: .get, target: try RequestTarget("/v1/version"),
            headers: HeaderFields([(name: "Host", value: "evil.example")]), remoteAddress: "local")
        let live = try LiveAPI()
        if case .reject(let response) = live.api.begin(head) { Issue.record("\(response.status)") }
    }

    // MARK: GET changes nothing

    @Test func `UIS-3 no GET changes anything`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try Processes.make(on: "default", client)
        _ = try client.ask("POST", "/v1/hosts/default/stream-contexts", #"{"fileName":"a.dll"}"#)
        _ = try client.ask("PUT", "/v1/hosts/default/worker", #"{"state":"paused"}"#)
        try client.begin(Processes.imageLoad(on: "default"))
        _ = try client.receive()
        let targets = NotificationAPI.routes.filter { $0.method == .get }.map { route in
            #expect(route.role == nil || route.role == .read, "\(route.template)")
            return [
                "host": "default", "pid": "\(Processes.armed)", "tid": "1", "id": "1", "sequence": "1", "name": "busy",
                "file": "index.html",
            ]
            .reduce(route.template) { target, value in
                target.split(separator: "{\(value.key)}", omittingEmptySubsequences: false)
                    .joined(separator: value.value)
            }
        }
        // Everything that can be seen of a host, except for the metrics, which count the requests themselves, and the
        // history, in which time passes.
        func state() throws -> [String] {
            try targets.filter { $0 != "/metrics" && !$0.hasSuffix("/history") }.map { try client.ask("GET", $0).text }
                .map { text in text.hasPrefix("{\"type\":\"/problems") ? "problem" : text }
        }
        let before = try state()
        #expect(before.filter { $0 == "problem" }.count <= 1)
        for target in targets {
            let answer = try live.client().ask("GET", target, headers: ["Sec-Fetch-Site: cross-site"])
            #expect(answer.status == 200 || target.hasSuffix("/threads/1"), "\(target)")
            #expect(try state() == before, "\(target)")
        }
    }
}
