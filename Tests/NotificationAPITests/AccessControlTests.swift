import NotificationAPI
import TestSupport
import Testing

/// The behavior of the API with tokens, beyond what the contract suite checks for every operation.
@Suite struct AccessControlTests {
    private static func tokens(_ lines: String...) throws -> TokenTable {
        try TokenTable(text: Array(lines.joined(separator: "\n").utf8))
    }

    private static let reader = "reader read reader-0123456789"
    private static let driver = "driver drive driver-0123456789"

    private static func bearer(_ name: String) -> [String] { ["Authorization: Bearer \(name)-0123456789"] }

    private func status(
        _ client: HTTPClient, _ method: String, _ target: String, _ headers: [String], _ body: String? = nil
    ) throws -> Int {
        try client.ask(method, target, body, headers: headers).status
    }

    @Test func `the scheme is accepted in any letter case, and only a whole token counts`() throws {
        let live = try LiveAPI(tokens: try Self.tokens(Self.reader))
        let client = try live.client()
        for scheme in ["Bearer", "bearer", "BEARER", "Bearer  "] {
            #expect(try status(client, "GET", "/v1/hosts", ["Authorization: \(scheme) reader-0123456789"]) == 200)
        }
        for value in [
            "Bearer", "reader-0123456789", "Basic reader-0123456789", "Bearer reader-012345678", "Bearer x",
            "Bearer reader-01234567890", "Bearer reader-0123456789 x", "Bearer: reader-0123456789",
            "Bearer READER-0123456789", "Bearer \"reader-0123456789\"", "Bearer,reader-0123456789",
        ] {
            let answer = try client.ask("GET", "/v1/hosts", headers: ["Authorization: \(value)"])
            #expect(answer.status == 401, "\(value)")
            #expect(answer.headers["www-authenticate"] == #"Bearer realm="wdfilterd", error="invalid_token""#)
        }
        let bare = try client.ask("GET", "/v1/hosts")
        #expect(bare.status == 401)
        #expect(bare.headers["www-authenticate"] == #"Bearer realm="wdfilterd""#)
    }

    @Test func `the token is checked after path and method and before everything else`() throws {
        let live = try LiveAPI(tokens: try Self.tokens(Self.reader))
        let client = try live.client()
        #expect(try status(client, "GET", "/v1/nothing", []) == 404)
        #expect(try status(client, "DELETE", "/v1/hosts", []) == 405)
        #expect(try status(client, "GET", "/v1/hosts", ["Accept: image/png"]) == 401)
        #expect(try status(client, "GET", "/v1/hosts", Self.bearer("reader") + ["Accept: image/png"]) == 406)
        let process = "/v1/hosts/absent/processes"
        #expect(try status(client, "POST", process, ["Content-Type: image/png"], "x") == 401)
        #expect(try status(client, "POST", process, Self.bearer("reader") + ["Content-Type: image/png"], "x") == 403)
        #expect(try status(client, "GET", "/v1/hosts/absent", []) == 401)
        #expect(try status(client, "GET", "/v1/hosts/absent", Self.bearer("reader")) == 404)
        for open in ["/", "/livez", "/readyz", "/healthz", "/openapi.yaml", "/openapi.json", "/problems"] {
            #expect(try status(client, "GET", open, []) == 200)
        }
        #expect(try status(client, "GET", "/metrics", []) == 401)
        #expect(try status(client, "GET", "/metrics", Self.bearer("reader")) == 200)
    }

    @Test func `a body from a client without the right to send it is not read`() throws {
        let live = try LiveAPI(tokens: try Self.tokens(Self.reader))
        let client = try live.client()
        try client.send(
            "POST /v1/hosts/default/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\n"
                + "Content-Length: 1000000000\r\nExpect: 100-continue\r\n\r\n")
        let answer = try client.receive()
        #expect(answer.status == 401)
        #expect(answer.headers["connection"] == "close")
    }

    @Test func `a refused request does not keep a host from being idle`() throws {
        let live = try LiveAPI(tokens: try Self.tokens("admin admin admin-0123456789"))
        let client = try live.client()
        #expect(try status(client, "PUT", "/v1/hosts/a", Self.bearer("admin"), "{}") == 201)
        let stranger = try live.client()
        try stranger.send(
            "POST /v1/hosts/a/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\n"
                + "Content-Length: 1000\r\n\r\n")
        #expect(
            try eventually {
                live.api.removeIdleHosts(after: 0)
                return try status(client, "GET", "/v1/hosts/a", Self.bearer("admin")) == 404
            })
    }

    @Test func `new tokens apply from the next request on`() throws {
        let live = try LiveAPI(tokens: try Self.tokens(Self.reader))
        let client = try live.client()
        #expect(try status(client, "GET", "/v1/hosts", Self.bearer("reader")) == 200)
        live.api.replaceTokens(try Self.tokens(Self.driver))
        #expect(try status(client, "GET", "/v1/hosts", Self.bearer("reader")) == 401)
        #expect(try status(client, "GET", "/v1/hosts", Self.bearer("driver")) == 200)
    }

    @Test func `a live stream ends when its token is removed, and continues if it is kept`() throws {
        let live = try LiveAPI(tokens: try Self.tokens(Self.reader, Self.driver))
        func reader(_ name: String) throws -> HTTPClient {
            let client = try live.client()
            let headers = Self.bearer(name) + ["Accept: text/event-stream"]
            try client.begin("GET", "/v1/hosts/default/messages", headers: headers)
            try #require(try client.receiveHead().status == 200)
            #expect(try client.chunk() == "retry: 1000\n\n")
            return client
        }
        let (goes, stays) = (try reader("reader"), try reader("driver"))
        try #require(live.waits(2, of: .seconds(15)))
        live.api.replaceTokens(try Self.tokens("other read other-01234567890", Self.driver))
        live.timers.advance(by: .seconds(15))
        #expect(try goes.chunk() == nil)
        #expect(try stays.chunk()?.hasPrefix(":") == true)
        // A different role is a different right.
        try #require(live.waits(1, of: .seconds(15)))
        live.api.replaceTokens(try Self.tokens("driver read driver-0123456789"))
        live.timers.advance(by: .seconds(15))
        #expect(try stays.chunk() == nil)
    }
}
