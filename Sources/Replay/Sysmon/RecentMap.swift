/// A dictionary that evicts its oldest entries, so that it does not grow with an upload.
///
/// It keeps at least the newest `capacity` entries, and at most twice as many.
struct RecentMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let capacity: Int
    private var recent: [Key: Value] = [:]
    private var older: [Key: Value] = [:]

    init(capacity: Int) { self.capacity = capacity }

    /// The value stored under `key`; nil if there is none or it was evicted.
    ///
    /// - Complexity: O(1).
    subscript(key: Key) -> Value? { recent[key] ?? older[key] }

    /// Stores `value` under `key`.
    ///
    /// - Complexity: amortized O(1).
    mutating func store(_ value: Value, under key: Key) {
        if recent.updateValue(value, forKey: key) == nil, recent.count > capacity {
            older = recent
            recent = [key: value]
        }
    }

    /// Stores `value` under `key` unless there is a value; that one then counts as new.
    mutating func storeIfAbsent(_ value: Value, under key: Key) {
        if recent[key] == nil { store(older[key] ?? value, under: key) }
    }
}
