public import Synchronization

extension Atomic where Value == Int {
    /// Adds `count` unless the sum would exceed `limit`; returns whether it was added. Other threads may briefly see
    /// the larger sum.
    public func add(_ count: Int, upTo limit: Int) -> Bool {
        if add(count, ordering: .relaxed).newValue <= limit { return true }
        subtract(count, ordering: .relaxed)
        return false
    }
}
