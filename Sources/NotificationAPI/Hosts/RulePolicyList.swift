import Driver
import DriverJSON
import JSON

/// The rule policies of a host, as a client gives them.
struct RulePolicyList: JSONObjectReadable, Hashable, Sendable {
    let items: [RulePolicy]

    static let members: [StaticString] = ["items"]

    /// How many policies a host may have.
    static let maxCount = 10_000

    /// How many characters the patterns of a host's policies may have together: each creation is held against them.
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

    /// Refuses policies whose patterns are too long together.
    func checkPatterns() throws(Problem) {
        let length = items.reduce(0) { $0 + $1.imageFileName.unicodeScalars.count }
        if length > RulePolicyList.maxPatternLength {
            throw Problem(
                .limitReached,
                "The patterns have \(length) characters together, \(RulePolicyList.maxPatternLength) at most.")
        }
    }
}
