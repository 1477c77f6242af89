import Bytes
import Driver
import DriverJSON
import Engines
import JSON
import Runtime
import Scenarios

extension CaseReader {
    private static let hostMembers: [StaticString] = ["config", "engine", "rulePolicies"]

    /// The hosts of the scenario, at least one.
    func hosts(_ object: JSONObject) -> [HostPlan] {
        guard let hosts = object["hosts"] else { return [host(HostPlan.mainName, object)] }
        for name in Self.hostMembers {
            object[name]?.fault("not allowed beside hosts; write it below a host")
        }
        guard let members = hosts.dictionary(maxCount: 100) else { return [HostPlan(name: HostPlan.mainName)] }
        var plans: [HostPlan] = []
        for (name, value) in members {
            if !Self.isHostName(name) {
                value.fault(
                    "a host's name has 1 to 32 lower-case letters, digits and \"-\", and does not begin with \"-\"")
            }
            if value.isNull {
                plans.append(HostPlan(name: name))
            } else if let object = value.object(allowing: Self.hostMembers) {
                plans.append(host(name, object))
            }
        }
        if plans.isEmpty {
            hosts.fault("must name a host")
            plans.append(HostPlan(name: HostPlan.mainName))
        }
        return plans
    }

    private static func isHostName(_ name: String) -> Bool {
        guard (1...32).contains(name.utf8.count), name.utf8.first != UInt8(ascii: "-") else { return false }
        return name.utf8.allSatisfy(\.isNameCharacter)
    }

    private func host(_ name: String, _ object: JSONObject) -> HostPlan {
        var plan = HostPlan(name: name)
        plan.config = object.optional("config") { config($0) }
        plan.configLine = object["config"].map { line(of: $0) }
        plan.engine = object.optional("engine") { engine($0) }
        plan.engineLine = object["engine"].map { line(of: $0) }
        plan.rulePolicies = object.optional("rulePolicies") { policies($0) }
        return plan
    }

    /// Changes of the configuration, as `PATCH /config` takes them.
    func config(_ value: JSONValue) -> Body<DriverConfigChange>? {
        DriverConfigChange(value).map { Body($0, json: JSONTree(value)) }
    }

    /// An engine, as `PUT /engine` takes it; `type` is `embedded` unless given.
    func engine(_ value: JSONValue) -> Body<EngineSetting>? {
        let setting =
            value.openObject().map { $0["type"] == nil } ?? false
            ? EngineSetting(embedded: value) : EngineSetting(value)
        guard let setting else { return nil }
        var json = JSONTree(value)
        if case .object(let members) = json, json["type"] == nil {
            json = .object([.init("type", .string("embedded"))] + members)
        }
        if case .embedded(let behavior) = setting, let excess = ReplyEntry.excess(of: behavior.replies) {
            value.fault(excess)
        }
        var body = Body(setting, json: json)
        let replies = value.openObject()?["replies"]
        body.itemLines = (replies?.array(maxCount: ReplyEntry.maxCount) ?? []).map { line(of: $0) }
        return body
    }

    /// Rule policies: a list of the items of `PUT /rule-policies`.
    func policies(_ value: JSONValue) -> Body<RulePolicyList>? {
        guard let list = RulePolicyList(items: value) else { return nil }
        if let excess = RulePolicySet.excess(of: list.items) { value.fault(excess) }
        var body = Body(list, json: .object([.init("items", JSONTree(value))]))
        body.itemLines = (value.array(maxCount: RulePolicySet.maxCount) ?? []).map { line(of: $0) }
        return body
    }
}
