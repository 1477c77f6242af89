/// Delays in microseconds: their number, the longest, and percentiles.
///
/// Percentiles are exact as long as there are at most 8192 different delays. After that, delays are rounded to eight significant
/// bits, an error of at most 0.4 %, of which there are fewer than 8192 different ones: memory does not grow with a replay.
struct DelayDistribution: Sendable {
    /// The largest number of different delays.
    static let limit = 8192
    /// Significant bits of rounded delays.
    private static let precision = 8

    private var counts: [UInt64: Int] = [:]
    private var isRounded = false
    /// How many delays there are.
    private(set) var count = 0
    /// The longest of them, exact.
    private(set) var longest: UInt64 = 0

    /// Adds a delay.
    ///
    /// - Complexity: O(1), and once O(`limit`).
    mutating func add(_ microseconds: UInt64) {
        count += 1
        longest = max(longest, microseconds)
        counts[isRounded ? Self.rounded(microseconds) : microseconds, default: 0] += 1
        if !isRounded, counts.count > Self.limit { roundAll() }
    }

    /// The smallest delay that at least `percent` percent of the delays do not exceed; 0 without delays.
    ///
    /// - Complexity: O(`limit` · log `limit`).
    func percentile(_ percent: Int) -> UInt64 {
        let rank = (count * percent + 99) / 100
        var passed = 0
        for (delay, count) in counts.sorted(by: { $0.key < $1.key }) {
            passed += count
            if passed >= rank { return min(delay, longest) }
        }
        return 0
    }

    private mutating func roundAll() {
        isRounded = true
        counts = counts.reduce(into: [:]) { $0[Self.rounded($1.key), default: 0] += $1.value }
    }

    private static func rounded(_ delay: UInt64) -> UInt64 {
        let excess = UInt64.bitWidth - delay.leadingZeroBitCount - precision
        guard excess > 0 else { return delay }
        let (sum, isBeyond) = delay.addingReportingOverflow(1 << UInt64(excess - 1))
        return (isBeyond ? delay : sum) & (.max << UInt64(excess))
    }
}
