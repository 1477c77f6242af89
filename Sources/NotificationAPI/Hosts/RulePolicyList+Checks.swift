import Driver
import DriverJSON

extension RulePolicyList {
    /// Throws if the patterns are too long in total.
    func checkPatterns() throws(Problem) {
        if let excess = RulePolicySet.excess(of: items) {
            throw Problem(.limitReached, "The host's rule policies: \(excess).")
        }
    }
}
