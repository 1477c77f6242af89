public import Driver
import DriverJSON
public import Engines
import JSON
public import Replay

extension ReplaySettings {
    /// The settings of the hosts of a replay by `version`: nothing that is secret, and no path of this machine.
    public init(
        version: String, config: DriverConfig, limits: DriverLimits, engine: EngineSetting, policies: [RulePolicy]
    ) {
        self.init(version: version)
        self.engine = Self.tree(of: engine)
        policiesUnlisted = max(0, policies.count - Self.mostPolicies)
        self.policies = policies.prefix(Self.mostPolicies).map {
            Policy(imageFileName: $0.imageFileName, rules: $0.rules.names, flags: $0.flags.names)
        }
        driver = .object(DriverConfig.table.map { JSONTree.Member("\($0.name)", Self.tree(of: config[$0])) })
        self.limits = .object([
            .init("processesPerHost", .integer(limits.processes)), .init("threadsPerHost", .integer(limits.threads)),
            .init("streamContextsPerHost", .integer(limits.streamContexts)),
            .init("driversPerHost", .integer(limits.drivers)), .init("textBytesPerHost", .integer(limits.textBytes)),
            .init("queueBytesPerHost", .integer(limits.queueBytes)),
        ])
    }

    /// The largest number of policies that are listed.
    private static let mostPolicies = 1000

    private static func tree(of value: DriverSetting.Value) -> JSONTree {
        switch value {
        case .number(let number): .integer(number)
        case .flag(let flag): .bool(flag)
        case .name(let name): .string(name)
        }
    }

    /// The engine as `GET /engine` shows it to a reader, with the name of its CA file instead of the path.
    private static func tree(of engine: EngineSetting) -> JSONTree {
        var json = JSONWriter()
        json.object { engine.writeMembers(to: &$0, showsURL: false) }
        guard case .object(var members)? = try? JSONDocument.read(json.bytes, { JSONTree($0) }) else {
            return .object([])
        }
        for index in members.indices where members[index].name == "caFile" {
            let name = members[index].value.text?.split(separator: "/").last.map { String($0) }
            members[index].value = .string(name ?? "")
        }
        return .object(members)
    }
}

extension HostDefaults {
    /// The settings of a replay by `version` on hosts that have these defaults.
    public func replaySettings(version: String) -> ReplaySettings {
        ReplaySettings(
            version: version, config: config, limits: limits, engine: engine, policies: rulePolicies)
    }
}
