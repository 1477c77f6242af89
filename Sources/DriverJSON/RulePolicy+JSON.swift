public import Driver
public import JSON

extension RulePolicy {
    /// Reads `{"imageFileName", "rules"?, "flags"?}`; nil after a fault.
    public init?(_ value: JSONValue) {
        guard let object = value.object(allowing: ["imageFileName", "rules", "flags"]) else { return nil }
        let rules: ProcessRules? = object.optional("rules") { $0.bits() }
        let flags: ProcessFlags? = object.optional("flags") { $0.bits() }
        guard let name = object.required("imageFileName", { $0.name() }) else { return nil }
        self.init(imageFileName: name, rules: rules ?? [], flags: flags ?? [])
    }
}
