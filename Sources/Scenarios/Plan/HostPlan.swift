public import DriverJSON
public import Engines
public import JSON

/// A host of a case: what it is created with.
public struct HostPlan: Sendable {
    /// Its name in the scenario.
    public var name: String
    /// Changes of the configuration.
    public var config: Body<DriverConfigChange>?
    /// Its engine; nil leaves that to the run.
    public var engine: Body<EngineSetting>?
    /// Its rule policies.
    public var rulePolicies: Body<RulePolicyList>?
    /// The line of `config`.
    public var configLine: Int?
    /// The line of `engine`.
    public var engineLine: Int?

    /// Whether its engine is an embedded one of the scenario's: if that fails messages, the scenario wants it.
    var failsOnPurpose: Bool { if case .embedded = engine?.value { true } else { false } }

    /// The name of the only host of a scenario without `hosts`.
    public static let mainName = "main"

    /// The host `name`, as a service creates it.
    public init(name: String) { self.name = name }
}

/// A part of a request: as it was read, and the JSON that a service gets.
public struct Body<Value: Sendable>: Sendable {
    /// As it was read.
    public var value: Value
    /// The JSON that a service gets.
    public let json: JSONTree
    /// The lines of the items of a list; empty for anything else.
    public var itemLines: [Int] = []

    /// The value `value`, which was read from `json`.
    public init(_ value: Value, json: JSONTree) {
        self.value = value
        self.json = json
    }
}
