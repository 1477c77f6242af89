import Driver
import DriverJSON
import JSON

/// The rule policies of a host, as sent by a client.
struct RulePolicyList: JSONObjectReadable, Hashable, Sendable {
    let items: [RulePolicy]

    static let members: [StaticString] = ["items"]

    init(_ items: [RulePolicy]) { self.items = items }

    init?(_ object: JSONObject) {
        let items = object.required("items") { value -> [RulePolicy]? in
            guard let items = value.array(maxCount: RulePolicySet.maxCount) else { return nil }
            let policies = items.map { RulePolicy($0) }
            return policies.contains { $0 == nil } ? nil : policies.compactMap { $0 }
        }
        guard let items else { return nil }
        self.items = items
    }

    /// Throws if the patterns are too long in total.
    func checkPatterns() throws(Problem) {
        if let excess = RulePolicySet.excess(of: items) {
            throw Problem(.limitReached, "The host's rule policies: \(excess).")
        }
    }
}
