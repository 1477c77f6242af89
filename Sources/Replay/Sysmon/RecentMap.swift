/// A dictionary that forgets what was stored longest ago, so that it does not grow with an upload.
///
/// Remembers at least the `capacity` entries that were stored last, and at most twice as many.
struct RecentMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let capacity: Int
    private var recent: [Key: Value] = [:]
    private var older: [Key: Value] = [:]

    init(capacity: Int) { self.capacity = capacity }

    /// What was stored under `key`; nil when nothing was, or it is forgotten.
    ///
    /// - Complexity: O(1).
    subscript(key: Key) -> Value? { recent[key] ?? older[key] }

    /// Stores `value` under `key`.
    ///
    /// - Complexity: amortised O(1).
    mutating func store(_ value: Value, under key: Key) {
        if recent.updateValue(value, forKey: key) == nil, recent.count > capacity {
            older = recent
            recent = [key: value]
        }
    }

    /// Stores `value` under `key` unless something is there; that then counts as stored anew.
    mutating func storeIfAbsent(_ value: Value, under key: Key) {
        if recent[key] == nil { store(older[key] ?? value, under: key) }
    }
}
