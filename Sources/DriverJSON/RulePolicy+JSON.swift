public import Driver
public import JSON

extension RulePolicy: JSONObjectReadable {
    /// The members of a rule policy.
    public static let members: [StaticString] = ["imageFileName", "rules", "flags"]

    /// Reads a rule policy; nil after a fault.
    public init?(_ object: JSONObject) {
        let rules: ProcessRules? = object.optional("rules") { $0.bits() }
        let flags: ProcessFlags? = object.optional("flags") { $0.bits() }
        guard let name = object.required("imageFileName", { $0.name() }) else { return nil }
        self.init(imageFileName: name, rules: rules ?? [], flags: flags ?? [])
    }
}
