/// The ids in use, of which the lowest free one is found in a fixed number of steps.
///
/// A tree of 64-bit words over the 2^30 multiples of 4: a bit of a leaf says that an id is used, a bit above that all ids
/// below it are. Words without a bit are not kept. Other ids, which the host never chooses, are ignored.
struct IdSet {
    private static let depth = 5
    private var levels = [[UInt32: UInt64]](repeating: [:], count: depth)

    /// Nothing but 0, which is no id.
    init() { insert(0) }

    /// Notes that an id is used.
    ///
    /// - Complexity: O(1): at most five words are changed, hardly ever more than one.
    mutating func insert(_ id: UInt32) {
        guard id.isMultiple(of: 4) else { return }
        var index = id / 4
        for level in levels.indices {
            let word = levels[level][index / 64, default: 0] | 1 << (index % 64)
            levels[level][index / 64] = word
            if word != .max { return }
            index /= 64
        }
    }

    /// Notes that an id is free.
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

    /// The lowest multiple of 4 that is free: there always is one, since no host may keep 2^30 processes and threads.
    ///
    /// - Complexity: O(1): five words are looked at.
    var lowestFree: UInt32 {
        levels.reversed().reduce(0) { index, level in
            index * 64 + UInt32((~(level[index] ?? 0)).trailingZeroBitCount)
        } * 4
    }
}
