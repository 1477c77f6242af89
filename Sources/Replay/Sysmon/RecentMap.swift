/// A dictionary that evicts its oldest entries, so that it does not grow with an upload.
///
/// It keeps at least the newest `capacity` entries, and at most twice as many.
package struct RecentMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let capacity: Int
    private var recent: [Key: Value] = [:]
    private var older: [Key: Value] = [:]

    /// An empty map.
    package init(capacity: Int) { self.capacity = capacity }

    /// The value stored under `key`; nil if there is none or it was evicted.
    ///
    /// - Complexity: O(1).
    package subscript(key: Key) -> Value? { recent[key] ?? older[key] }

    /// Stores `value` under `key`.
    ///
    /// - Complexity: amortized O(1).
    package mutating func store(_ value: Value, under key: Key) {
        if recent.updateValue(value, forKey: key) == nil, recent.count > capacity {
            older = recent
            recent = [key: value]
        }
    }

    /// Removes the value under `key`, if any.
    ///
    /// - Complexity: O(1).
    package mutating func remove(_ key: Key) {
        recent[key] = nil
        older[key] = nil
    }

    /// Stores `value` under `key` unless there is a value; that one then counts as new.
    mutating func storeIfAbsent(_ value: Value, under key: Key) {
        if recent[key] == nil { store(older[key] ?? value, under: key) }
    }
}
