import Driver
import DriverJSON
import JSON

/// The rule policies of a host, as sent by a client.
struct RulePolicyList: JSONObjectReadable, Hashable, Sendable {
    let items: [RulePolicy]

    static let members: [StaticString] = ["items"]

    /// The maximum number of policies of a host.
    static let maxCount = 10_000

    /// The maximum total number of characters in the patterns of a host's policies. Each process creation is matched against
    /// all of them.
    static let maxPatternLength = 65_536

    init(_ items: [RulePolicy]) { self.items = items }

    init?(_ object: JSONObject) {
        let items = object.required("items") { value -> [RulePolicy]? in
            guard let items = value.array(maxCount: RulePolicyList.maxCount) else { return nil }
            let policies = items.map { RulePolicy($0) }
            return policies.contains { $0 == nil } ? nil : policies.compactMap { $0 }
        }
        guard let items else { return nil }
        self.items = items
    }

    /// Throws if the patterns exceed `maxPatternLength` in total.
    func checkPatterns() throws(Problem) {
        let length = items.reduce(0) { $0 + $1.imageFileName.unicodeScalars.count }
        if length > RulePolicyList.maxPatternLength {
            throw Problem(
                .limitReached,
                "The patterns have \(length) characters in total; the limit is \(RulePolicyList.maxPatternLength).")
        }
    }
}
