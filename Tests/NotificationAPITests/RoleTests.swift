import MicroHTTPD
import NotificationAPI
import Runtime
import Testing
import YAMLTesting

/// The rights of each role.
@Suite struct RoleTests {
    private static let tokens = "r read read-0123456789ab\nd drive drive-0123456789ab\na admin admin-0123456789ab"

    private static func bearer(_ role: Role) -> String { "Authorization: Bearer \(role.rawValue)-0123456789ab" }

    private func live(_ defaults: HostDefaults = HostDefaults()) throws -> LiveAPI {
        try LiveAPI(defaults: defaults, tokens: try TokenTable(text: Array(Self.tokens.utf8)))
    }

    @Test(arguments: NotificationAPI.routes)
    func `an operation is allowed for its role and those above, and for no other`(route: Route) throws {
        let live = try live()
        let values = [
            "host": "absent", "pid": "4", "tid": "1", "id": "1", "sequence": "1", "name": "busy", "file": "index.html",
        ]
        let target = values.reduce(route.template) { target, value in
            target.split(separator: "{\(value.key)}", omittingEmptySubsequences: false).joined(separator: value.value)
        }
        for role in [nil] + Role.allCases {
            let answer = try live.client().ask(
                route.method.rawValue, target, headers: role.map { [Self.bearer($0)] } ?? [])
            guard let needed = route.role else {
                #expect(answer.status == 200, "\(route.operationId)")
                continue
            }
            switch role {
            case nil: #expect(answer.status == 401, "\(route.operationId)")
            case let role? where role < needed: #expect(answer.status == 403, "\(route.operationId) \(role)")
            case let role?: #expect(![401, 403].contains(answer.status), "\(route.operationId) \(role)")
            }
        }
    }

    // MARK: Replays

    private static let record =
        #"{"EventID":7,"Channel":"Microsoft-Windows-Sysmon/Operational","Hostname":"PC1","#
        + #""UtcTime":"2020-02-21 10:15:30.123","ProcessGuid":"{1234abcd-0005-0000-0000-000000001000}","#
        + #""ProcessId":"1000","Image":"a.exe","ImageLoaded":"x.dll"}"# + "\n"

    private func replay(_ live: LiveAPI, _ query: String, as role: Role) throws -> Answer {
        try live.client().ask(
            "POST", "/v1/replays\(query)", Self.record,
            headers: ["Content-Type: application/x-ndjson", Self.bearer(role)])
    }

    private func delete(_ live: LiveAPI, _ host: String, as role: Role) throws -> Int {
        try live.client().ask("DELETE", "/v1/hosts/\(host)", headers: [Self.bearer(role)]).status
    }

    private func put(_ live: LiveAPI, _ target: String, _ body: String) throws -> Int {
        try live.client().ask("PUT", target, body, headers: [Self.bearer(.admin)]).status
    }

    @Test func `role drive creates hosts by a replay and may delete only those`() throws {
        let live = try live()
        #expect(try put(live, "/v1/hosts/other", "{}") == 201)
        #expect(try replay(live, "", as: .read).status == 403)
        #expect(try replay(live, "", as: .drive).status == 200)
        #expect(try delete(live, "pc1", as: .read) == 403)
        #expect(try delete(live, "other", as: .drive) == 403)
        #expect(try delete(live, "default", as: .drive) == 403)
        #expect(try delete(live, "none", as: .drive) == 404)
        #expect(try delete(live, "pc1", as: .drive) == 204)
        // A host that an admin created stays the admin's, whoever replays onto it.
        #expect(try put(live, "/v1/hosts/pc1", "{}") == 201)
        #expect(try replay(live, "", as: .drive).status == 200)
        #expect(try delete(live, "pc1", as: .drive) == 403)
        #expect(try delete(live, "pc1", as: .admin) == 204)
    }

    @Test func `only an admin may replace hosts by a replay, and they stay hosts of a replay`() throws {
        let live = try live()
        #expect(try put(live, "/v1/hosts/pc1", #"{"engine":{"type":"none"}}"#) == 201)
        #expect(try replay(live, "?fresh=true", as: .drive).status == 403)
        #expect(try replay(live, "?fresh=false", as: .drive).status == 200)
        #expect(try delete(live, "pc1", as: .drive) == 403)
        #expect(try replay(live, "?fresh=true", as: .admin).status == 200)
        #expect(try delete(live, "pc1", as: .drive) == 204)
    }

    @Test func `only an admin may replay like a host with a webhook`() throws {
        let live = try live()
        let webhook = #"{"engine":{"type":"webhook","url":"http://127.0.0.1:1/secret-path"}}"#
        #expect(try put(live, "/v1/hosts/hooked", webhook) == 201)
        #expect(try put(live, "/v1/hosts/plain", #"{"engine":{"type":"none"}}"#) == 201)
        let refused = try replay(live, "?like=hooked", as: .drive)
        #expect(refused.status == 403)
        #expect(try refused.string("type") == "/problems/forbidden")
        #expect(try live.client().ask("GET", "/v1/hosts/pc1", headers: [Self.bearer(.read)]).status == 404)
        #expect(try replay(live, "?like=plain", as: .drive).status == 200)
        #expect(try delete(live, "pc1", as: .drive) == 204)
        #expect(try replay(live, "?like=hooked&onFull=wait", as: .admin).status == 200)
    }

    @Test func `without like, a webhook set by an admin is not passed on, but that of the settings is`() throws {
        let (changed, given) = (try live(), try live(try HostDefaults.withWebhook()))
        let webhook = #"{"type":"webhook","url":"http://127.0.0.1:1/"}"#
        #expect(try put(changed, "/v1/hosts/default/engine", webhook) == 200)
        #expect(try replay(changed, "", as: .drive).status == 403)
        #expect(try replay(given, "", as: .drive).status == 200)
        #expect(try replay(given, "?like=default", as: .drive).status == 403)
    }

    // MARK: Secrets

    @Test(arguments: [
        ("http://127.0.0.1:1/services/T000/B000?token=abc", "http://127.0.0.1:1/<redacted>"),
        ("https://hooks.example/x", "https://hooks.example/<redacted>"),
        ("http://127.0.0.1:1?key=abc", "http://127.0.0.1:1/<redacted>"),
        ("http://127.0.0.1:1/", "http://127.0.0.1:1/"), ("http://127.0.0.1:1", "http://127.0.0.1:1"),
    ])
    func `path and query of a webhook's URL are shown only to admins`(url: String, shown: String) throws {
        let live = try live()
        #expect(try put(live, "/v1/hosts/a", #"{"engine":{"type":"webhook","url":"\#(url)"}}"#) == 201)
        for (role, expected) in [(Role.read, shown), (.drive, shown), (.admin, url)] {
            let client = try live.client()
            let headers = [Self.bearer(role)]
            #expect(try client.ask("GET", "/v1/hosts/a/engine", headers: headers).string("url") == expected)
            #expect(try client.ask("GET", "/v1/hosts/a", headers: headers).string("engine", "url") == expected)
            let list = try client.ask("GET", "/v1/hosts", headers: headers)
            #expect(try list.json["items"]?[0]?["engine"]?["url"]?.string == expected)
        }
    }
}
