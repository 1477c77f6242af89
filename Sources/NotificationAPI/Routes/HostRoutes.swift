import Driver
import DriverJSON
import Engines
import JSON
import Messages
import MicroHTTPD
import Runtime

/// The operations on hosts and their configuration, clocks and rule policies.
enum HostRoutes {
    static let routes: [Route] = [
        .get("/v1/hosts", "listHosts", list),
        .put("/v1/hosts/{host}", "putHost", for: .admin, put),
        .get("/v1/hosts/{host}", "getHost", get),
        .delete("/v1/hosts/{host}", "deleteHost", delete),
        .post("/v1/hosts/{host}/reset", "resetHost", for: .admin, reset),
        .get("/v1/hosts/{host}/config", "getConfig", getConfig),
        .patch("/v1/hosts/{host}/config", "patchConfig", for: .admin, patchConfig),
        .get("/v1/hosts/{host}/clock", "getClock", getClock),
        .put("/v1/hosts/{host}/clock", "putClock", for: .admin, putClock),
        .get("/v1/hosts/{host}/rule-policies", "getRulePolicies", getRulePolicies),
        .put("/v1/hosts/{host}/rule-policies", "putRulePolicies", putRulePolicies),
    ]

    private static func list(_ call: Call) throws(Problem) {
        let (limit, cursor) = try call.parameters { parameters in
            let cursor = parameters.string("cursor")
            if let cursor, !Host.isName(cursor) { parameters.fault("cursor", "must be `next` of a previous page") }
            return (parameters.limit(), cursor)
        }
        let (items, hasMore) = call.api.hosts.page(after: cursor, limit: limit)
        let showsURL = call.context.isFromAdmin
        call.sendPage(items, hasMore: hasMore, cursor: { host, _ in host.name }) { json, host in
            host.write(to: &json, showsURL: showsURL)
        }
    }

    private static func put(_ call: Call) throws(Problem) {
        let (creation, isFresh) = try call.body(HostCreation.self) { $0.bool("fresh") ?? false }
        try creation.rulePolicies?.checkPatterns()
        try creation.engine?.checkReplies()
        (creation.engine ?? .none).readFiles { fault in
            if let fault { return call.reply.send(Problem(faults: [fault.within("/engine")])) }
            let (hosts, name) = (call.api.hosts, call.context.pathParameters[0])
            answer(isFresh ? hosts.replace(name, by: creation) : hosts.create(name, creation), call)
        }
    }

    private static func reset(_ call: Call) throws(Problem) {
        let (_, kept) = try call.body(NoMembers.self) { $0.choices("keep", of: KeptParts.Name.self) }
        let name = try call.host().name
        guard let outcome = call.api.hosts.reset(name, keeping: kept) else { throw Problem.unknownHost(name) }
        answer(outcome, call)
    }

    private static func answer(_ outcome: HostRegistry.Creation, _ call: Call) {
        let name = call.context.pathParameters[0]
        let showsURL = call.context.isFromAdmin
        switch outcome {
        case .created(let host):
            call.reply.send(201, location: "/v1/hosts/\(name)") { host.write(to: &$0, showsURL: showsURL) }
        case .existed(let host), .replaced(let host): call.reply.send { host.write(to: &$0, showsURL: showsURL) }
        case .conflict:
            let detail =
                "The host \(name) was created with a different body. Replace it with ?fresh=true, or send the body that created it."
            call.reply.send(Problem(.hostExists, detail))
        case .limitReached:
            let detail = "The limit of \(call.api.hosts.limit) hosts is reached. Delete some, or raise hosts.limit."
            call.reply.send(Problem(.limitReached, detail))
        }
    }

    private static func get(_ call: Call) throws(Problem) {
        try call.expectNoParameters()
        let host = try call.host()
        call.reply.send { host.write(to: &$0, showsURL: call.context.isFromAdmin) }
    }

    private static func delete(_ call: Call) throws(Problem) {
        try call.expectNoParameters()
        let host = try call.host()
        if !host.isCreatedByReplay, !call.context.isFromAdmin {
            throw Problem(
                .forbidden, "The host \(host.name) was not created by a replay. Deleting it requires the role admin.")
        }
        if !call.api.hosts.remove(host.name) { throw Problem.unknownHost(host.name) }
        call.reply.sendNoContent()
    }

    private static func getConfig(_ call: Call) throws(Problem) {
        try call.expectNoParameters()
        let config = try call.host().driver.config
        call.reply.send { config.write(to: &$0) }
    }

    private static func patchConfig(_ call: Call) throws(Problem) {
        let change: DriverConfigChange = try call.body()
        let config = try call.host().driver.changeConfig { change.apply(to: &$0) }
        call.reply.send { config.write(to: &$0) }
    }

    private static func getClock(_ call: Call) throws(Problem) {
        try call.expectNoParameters()
        let clock = try call.host().clock
        call.reply.send { clock.write(to: &$0) }
    }

    private static func putClock(_ call: Call) throws(Problem) {
        let step: ClockStep = try call.body()
        let clock = try call.host().clock
        clock.make(step)
        call.reply.send { clock.write(to: &$0) }
    }

    private static func getRulePolicies(_ call: Call) throws(Problem) {
        let page = try call.parameters {
            Page(
                limit: $0.integer("limit", in: 1...RulePolicySet.maxCount) ?? RulePolicySet.maxCount,
                after: $0.number("cursor", as: UInt64.self))
        }
        let policies = try call.host().driver.rulePolicies
        call.sendPage(page, of: policies) { json, policy in policy.write(to: &json) }
    }

    private static func putRulePolicies(_ call: Call) throws(Problem) {
        let policies: RulePolicyList = try call.body()
        let host = try call.host()
        try policies.checkPatterns()
        host.driver.rulePolicies = policies.items
        call.reply.send { policies.items.write(to: &$0, within: Page.maxBytes) }
    }
}

extension [RulePolicy] {
    /// Writes the first page of the policies, until the text reaches `limit` bytes; `next` is the cursor for the others.
    fileprivate func write(to json: inout JSONWriter, within limit: Int) {
        json.firstPage(of: self, within: limit) { json, policy in policy.write(to: &json) }
    }
}

extension Host {
    /// The maximum size in bytes of the rule policies in a host's description. `getRulePolicies` returns all of them.
    private static let maxPolicyBytes = 256 << 10

    fileprivate func write(to json: inout JSONWriter, showsURL: Bool) {
        json.object { json in
            json.member("name", name)
            json.member("createdAt", createdAt.rfc3339)
            json.member("config") { driver.config.write(to: &$0) }
            json.member("engine") { engine.write(to: &$0, showsURL: showsURL) }
            json.member("clock") { clock.write(to: &$0) }
            json.member("rulePolicies") { json in
                driver.rulePolicies.write(to: &json, within: json.bytes.count + Host.maxPolicyBytes)
            }
        }
    }
}

extension HostClock {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            switch mode {
            case .system: json.member("mode", "system" as StaticString)
            case .manual(let now):
                json.member("mode", "manual" as StaticString)
                json.member("now", now.rfc3339)
            case .events:
                json.member("mode", "events" as StaticString)
                json.member("now", now().rfc3339)
            }
        }
    }
}
