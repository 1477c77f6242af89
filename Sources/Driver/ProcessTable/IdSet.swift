/// The ids in use. The lowest free one is found in a fixed number of steps.
///
/// A tree of 64-bit words over the 2^30 multiples of 4. A bit in a leaf means that an id is used; a bit in a higher
/// level means that all ids below it are used. Words without a set bit are not stored. Other ids, which the host never
/// chooses, are ignored.
struct IdSet {
    private static let depth = 5
    private var levels = (0..<depth).map { _ in IdTable<UInt64>(filler: 0) }

    /// A set with only 0, which is not a valid id.
    init() { insert(0) }

    /// Marks an id as used.
    ///
    /// - Complexity: O(1): changes at most five words, hardly ever more than one.
    mutating func insert(_ id: UInt32) {
        guard id.isMultiple(of: 4) else { return }
        var index = id / 4
        for level in levels.indices {
            let word = (levels[level][index / 64] ?? 0) | 1 << (index % 64)
            levels[level][index / 64] = word
            if word != .max { return }
            index /= 64
        }
    }

    /// Marks an id as free.
    ///
    /// - Complexity: as for `insert`.
    mutating func remove(_ id: UInt32) {
        guard id.isMultiple(of: 4), id != 0 else { return }
        var index = id / 4
        for level in levels.indices {
            guard let word = levels[level][index / 64] else { return }
            let rest = word & ~(1 << (index % 64))
            levels[level][index / 64] = rest == 0 ? nil : rest
            if word != .max { return }
            index /= 64
        }
    }

    /// The lowest free multiple of 4. There always is one, because no host may have 2^30 processes and threads.
    ///
    /// - Complexity: O(1): reads five words.
    var lowestFree: UInt32 {
        levels.reversed().reduce(0) { index, level in
            index * 64 + UInt32((~(level[index] ?? 0)).trailingZeroBitCount)
        } * 4
    }
}
