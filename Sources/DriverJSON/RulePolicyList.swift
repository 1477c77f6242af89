public import Driver
public import JSON

/// The rule policies of a host, as sent by a client.
public struct RulePolicyList: JSONObjectReadable, Hashable, Sendable {
    /// The policies, in order.
    public let items: [RulePolicy]

    /// The members of the list.
    public static let members: [StaticString] = ["items"]

    /// A list of `items`.
    public init(_ items: [RulePolicy]) { self.items = items }

    /// Reads a list; nil after a fault.
    public init?(_ object: JSONObject) {
        let items = object.required("items") { value -> [RulePolicy]? in
            guard let items = value.array(maxCount: RulePolicySet.maxCount) else { return nil }
            let policies = items.map { RulePolicy($0) }
            return policies.contains { $0 == nil } ? nil : policies.compactMap { $0 }
        }
        guard let items else { return nil }
        self.items = items
    }
}
