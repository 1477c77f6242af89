public import Driver
import DriverJSON
import JSON
import Runtime

/// What a host is made with; what is nil comes from the service's configuration.
struct HostCreation: Hashable, Sendable {
    var config = DriverConfigChange()
    var engine: EngineSetting?
    var rulePolicies: [RulePolicy]?
    var clock: ClockSetting?

    static let members: [StaticString] = ["config", "engine", "rulePolicies", "clock"]

    /// How many policies a host may have.
    static let policyLimit = 10_000

    /// How many characters the patterns of a host's policies may have together: each creation is held against them.
    static let patternLimit = 65_536

    init() {}

    /// A creation like that of `host` as it is now, with a clock that shows the time of the last recorded event.
    init(like host: Host) {
        config = DriverConfigChange(to: host.driver.config)
        engine = host.engine.setting
        rulePolicies = host.driver.rulePolicies
        clock = ClockSetting(mode: .events)
    }

    init(_ object: JSONObject) {
        config =
            object.optional("config") { value in
                value.object(allowing: DriverConfigChange.members).map { DriverConfigChange($0) }
            } ?? DriverConfigChange()
        engine = object.optional("engine") { EngineSetting($0) }
        rulePolicies = object.optional("rulePolicies") { value in
            value.object(allowing: ["items"]).flatMap(HostCreation.policies)
        }
        clock = object.optional("clock") { value in
            value.object(allowing: ClockSetting.members).flatMap { ClockSetting($0) }
        }
    }

    /// Refuses policies whose patterns are too long together.
    static func checkPatterns(of policies: [RulePolicy]) throws(Problem) {
        let length = policies.reduce(0) { $0 + $1.imageFileName.unicodeScalars.count }
        if length > patternLimit {
            throw Problem(
                .limitReached, "The patterns have \(length) characters together, \(patternLimit) at most.")
        }
    }

    /// Reads `{"items": [...]}`.
    static func policies(_ object: JSONObject) -> [RulePolicy]? {
        object.required("items") { value in
            guard let items = value.array(maxCount: policyLimit) else { return nil }
            let policies = items.map { RulePolicy($0) }
            return policies.contains { $0 == nil } ? nil : policies.compactMap { $0 }
        }
    }
}

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
