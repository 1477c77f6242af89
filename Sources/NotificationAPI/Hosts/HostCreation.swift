public import Driver
import DriverJSON
import JSON
import Runtime

/// What a host is made with; what is nil comes from the service's configuration.
struct HostCreation: JSONObjectReadable, Hashable, Sendable {
    var config = DriverConfigChange()
    var engine: EngineSetting?
    var rulePolicies: RulePolicyList?
    var clock: ClockSetting?

    static let members: [StaticString] = ["config", "engine", "rulePolicies", "clock"]

    init() {}

    /// A creation like that of `host` as it is now, with a clock that shows the time of the last recorded event.
    init(like host: Host) {
        config = DriverConfigChange(to: host.driver.config)
        engine = host.engine.setting
        rulePolicies = RulePolicyList(host.driver.rulePolicies)
        clock = ClockSetting(mode: .events)
    }

    init(_ object: JSONObject) {
        config = object.optional("config") { DriverConfigChange($0) } ?? DriverConfigChange()
        engine = object.optional("engine") { EngineSetting($0) }
        rulePolicies = object.optional("rulePolicies") { RulePolicyList($0) }
        clock = object.optional("clock") { ClockSetting($0) }
    }
}

extension DriverConfigChange: JSONObjectReadable {}

/// What new hosts get where their creation says nothing.
public struct HostDefaults: Sendable {
    /// Their driver's configuration.
    public var config = DriverConfig()
    /// What they may keep.
    public var limits = DriverLimits()
    /// Their engine.
    public var engine = EngineSetting.embedded(.init())
    /// Their rule policies.
    public var rulePolicies: [RulePolicy] = [] {
        didSet { rulePolicySet = RulePolicySet(rulePolicies) }
    }
    /// Those, prepared once for all hosts.
    private(set) var rulePolicySet = RulePolicySet()

    /// The defaults of the defaults.
    public init() {}
}
