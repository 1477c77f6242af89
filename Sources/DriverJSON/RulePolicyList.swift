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
        guard let list = object.required("items", { RulePolicyList(items: $0) }) else { return nil }
        self = list
    }

    /// Reads the policies alone, an array; nil after a fault.
    public init?(items value: JSONValue) {
        guard let items = value.array(maxCount: RulePolicySet.maxCount) else { return nil }
        let policies = items.map { RulePolicy($0) }
        if policies.contains(where: { $0 == nil }) { return nil }
        self.items = policies.compactMap(\.self)
    }
}
