public import Driver
import DriverJSON
public import Engines
import JSON
import Runtime

/// The settings for a new host; nil means the service's default.
struct HostCreation: JSONObjectReadable, Hashable, Sendable {
    var config = DriverConfigChange()
    var engine: EngineSetting?
    var rulePolicies: RulePolicyList?
    var clock: ClockSetting?

    static let members: [StaticString] = ["config", "engine", "rulePolicies", "clock"]

    init() {}

    /// The current settings of `host`, but with a clock that shows the time of the last recorded event.
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

/// The parts of a host that a reset keeps. A part that is nil returns to the state of its creation.
struct KeptParts: Sendable {
    /// The parts as a client names them.
    enum Name: String, CaseIterable {
        case engine, rulePolicies
    }

    var engine: EngineSetting?
    var rulePolicies: RulePolicySet?

    /// Keeps nothing.
    init() {}

    /// Keeps the current state of `names` of `host`.
    init(_ names: [Name], of host: Host) {
        if names.contains(.engine) { engine = host.engine.setting }
        if names.contains(.rulePolicies) { rulePolicies = host.driver.rulePolicySet }
    }
}

/// The defaults for new hosts.
public struct HostDefaults: Sendable {
    /// The configuration of the driver.
    public var config = DriverConfig()
    /// The limits on the objects that a host keeps.
    public var limits = DriverLimits()
    /// The engine.
    public var engine = EngineSetting.embedded(.init())
    /// The rule policies.
    public var rulePolicies: [RulePolicy] = [] {
        didSet { rulePolicySet = RulePolicySet(rulePolicies) }
    }
    /// The rule policies, prepared once for all hosts.
    private(set) var rulePolicySet = RulePolicySet()

    /// The built-in defaults.
    public init() {}
}
