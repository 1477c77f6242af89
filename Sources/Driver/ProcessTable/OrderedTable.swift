import Bytes

/// Values sorted by key, so that reading a page of them does not sort them all.
///
/// Stored in sorted blocks: a change moves the entries of one block, and rarely the list of blocks.
struct OrderedTable<Key: FixedWidthInteger & Sendable, Value: Sendable>: Sendable {
    typealias Entry = (key: Key, value: Value)

    private static var mostInBlock: Int { 256 }
    /// No block is empty.
    private var blocks: [[Entry]] = []
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// - Complexity: O(log n) to look up. A change also moves up to 256 entries, and at worst the list of blocks.
    ///   Blocks do not merge, so the list can have one block per 128 entries of the largest count so far.
    subscript(key: Key) -> Value? {
        get {
            guard let (block, index) = place(of: key), index < blocks[block].count, blocks[block][index].key == key
            else { return nil }
            return blocks[block][index].value
        }
        set {
            if let newValue { insert(newValue, key) } else { remove(key) }
        }
    }

    /// The first `limit` entries after `key`, or from the beginning if it is nil.
    ///
    /// - Complexity: O(log n + limit).
    func entries(after key: Key?, limit: Int) -> [Entry] {
        var entries: [Entry] = []
        guard limit > 0, key != .max, var (block, index) = place(of: key.map { $0 + 1 } ?? .min) else { return entries }
        while block < blocks.count, entries.count < limit {
            entries += blocks[block][index...].prefix(limit - entries.count)
            (block, index) = (block + 1, 0)
        }
        return entries
    }

    /// Removes and returns the last `limit` entries.
    ///
    /// - Complexity: O(limit).
    mutating func removeLast(_ limit: Int) -> [Entry] {
        var removed: [Entry] = []
        while removed.count < limit, let last = blocks.indices.last {
            let some = blocks[last].suffix(limit - removed.count)
            removed += some
            blocks[last].removeLast(some.count)
            if blocks[last].isEmpty { blocks.removeLast() }
        }
        count -= removed.count
        return removed
    }

    /// Where `key` is or would be inserted: in the last block that does not begin after it. Nil if there are no blocks.
    private func place(of key: Key) -> (block: Int, index: Int)? {
        guard let last = blocks.indices.last else { return nil }
        // Most ids are new, and higher than all others.
        if blocks[last][blocks[last].count - 1].key < key { return (last, blocks[last].count) }
        let block = max(0, blocks.indices.partitioningIndex { blocks[$0][0].key > key } - 1)
        return (block, blocks[block].indices.partitioningIndex { blocks[block][$0].key >= key })
    }

    private mutating func insert(_ value: Value, _ key: Key) {
        guard let (block, index) = place(of: key) else {
            blocks = [[(key, value)]]
            count = 1
            return
        }
        if index < blocks[block].count, blocks[block][index].key == key {
            blocks[block][index].value = value
            return
        }
        blocks[block].insert((key, value), at: index)
        count += 1
        guard blocks[block].count > OrderedTable.mostInBlock else { return }
        // Keys that are inserted in ascending order fill the blocks.
        let half = index + 1 == blocks[block].count ? index : blocks[block].count / 2
        let rest = Array(blocks[block][half...])
        blocks[block].removeLast(rest.count)
        blocks.insert(rest, at: block + 1)
    }

    private mutating func remove(_ key: Key) {
        guard let (block, index) = place(of: key), index < blocks[block].count, blocks[block][index].key == key
        else { return }
        blocks[block].remove(at: index)
        if blocks[block].isEmpty { blocks.remove(at: block) }
        count -= 1
    }
}
