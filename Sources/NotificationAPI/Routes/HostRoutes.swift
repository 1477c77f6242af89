import Driver
import DriverJSON
import JSON
import Messages
import MicroHTTPD
import Runtime

/// Hosts, and what belongs to a whole host: configuration, clock, rule policies.
enum HostRoutes {
    static let routes: [Route] = [
        .get("/v1/hosts", "listHosts", list),
        .put("/v1/hosts/{host}", "putHost", for: .admin, put),
        .get("/v1/hosts/{host}", "getHost", get),
        .delete("/v1/hosts/{host}", "deleteHost", delete),
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
            if let cursor, !Host.isName(cursor) { parameters.fault("cursor", "is not the next of another page") }
            return (parameters.limit(), cursor)
        }
        let (items, hasMore) = call.api.hosts.page(after: cursor, limit: limit)
        let showsURL = call.context.isFromAdmin
        call.sendPage(items, hasMore: hasMore, cursor: { host, _ in host.name }) { json, host in
            host.write(to: &json, showsURL: showsURL)
        }
    }

    private static func put(_ call: Call) throws(Problem) {
        let creation: HostCreation = try call.body()
        try creation.rulePolicies?.checkPatterns()
        (creation.engine ?? .none).readFiles { fault in
            if let fault { return call.reply.send(Problem(faults: [fault.within("/engine")])) }
            make(creation, call)
        }
    }

    private static func make(_ creation: HostCreation, _ call: Call) {
        let name = call.context.pathParameters[0]
        let showsURL = call.context.isFromAdmin
        switch call.api.hosts.create(name, creation) {
        case .made(let host):
            call.reply.send(201, location: "/v1/hosts/\(name)") { host.write(to: &$0, showsURL: showsURL) }
        case .existed(let host): call.reply.send { host.write(to: &$0, showsURL: showsURL) }
        case .conflict: call.reply.send(Problem(.hostExists, "The host \(name) was made with another body."))
        case .limitReached:
            call.reply.send(Problem(.limitReached, "The limit of \(call.api.hosts.limit) hosts is reached."))
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
        if !host.isMadeByReplay, !call.context.isFromAdmin {
            throw Problem(.forbidden, "No replay made the host \(host.name). To delete it takes the role admin.")
        }
        if !call.api.hosts.remove(host.name) { throw Problem(.unknownHost, "There is no host \(host.name).") }
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
        let setting: ClockSetting = try call.body()
        let clock = try call.host().clock
        clock.set(setting.mode)
        call.reply.send { clock.write(to: &$0) }
    }

    private static func getRulePolicies(_ call: Call) throws(Problem) {
        let page = try call.parameters {
            Page(
                limit: $0.integer("limit", in: 1...RulePolicyList.maxCount) ?? RulePolicyList.maxCount,
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
        call.reply.send { policies.items.write(to: &$0, within: Page.mostBytes) }
    }
}

extension [RulePolicy] {
    /// As many of them as leave the text within `limit` bytes; the member `next` says where the others begin.
    fileprivate func write(to json: inout JSONWriter, within limit: Int) {
        json.firstPage(of: self, within: limit) { json, policy in policy.write(to: &json) }
    }
}

extension Host {
    /// How many bytes of rule policies the description of a host may have; another operation gives all of them.
    private static let mostPolicyBytes = 256 << 10

    fileprivate func write(to json: inout JSONWriter, showsURL: Bool) {
        json.object { json in
            json.member("name", name)
            json.member("createdAt", createdAt.rfc3339)
            json.member("config") { driver.config.write(to: &$0) }
            json.member("engine") { engine.write(to: &$0, showsURL: showsURL) }
            json.member("clock") { clock.write(to: &$0) }
            json.member("rulePolicies") { json in
                driver.rulePolicies.write(to: &json, within: json.bytes.count + Host.mostPolicyBytes)
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
