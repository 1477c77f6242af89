import DequeModule
import Messages

/// What happened on a host, in buckets of equal length, the oldest of which are given up.
///
/// Plain state. It has no timer: the first change after the end of a bucket opens the next one, so a stretch without changes
/// has no bucket, and costs nothing.
struct History {
    /// Buckets that are over, oldest first.
    private var closed: Deque<HistoryBucket> = []
    /// The bucket of the last change, if there was one.
    private var current = HistoryBucket(start: .none, HistoryLevels())
    private var hasBegun = false
    /// Whether a reader took `current` as over. What changes from then on belongs to the next bucket, whatever its time.
    private var isSealed = false
    /// The number of the oldest bucket that is kept.
    private(set) var oldest: UInt64 = 1
    /// The sums of all buckets before `oldest`.
    private(set) var lost = HistoryCounts<UInt64>()
    /// The sums of all buckets but the newest, kept or not.
    private var closedSums = HistoryCounts<UInt64>()
    /// The levels after the last change.
    private var levels = HistoryLevels()
    private let capacity: Int
    /// Ticks of 100 ns.
    let bucketTicks: UInt64

    /// A history of at most `capacity` buckets, 0 for none, each of `bucketTicks` ticks.
    init(capacity: Int, bucketTicks: UInt64) {
        self.capacity = capacity
        self.bucketTicks = max(1, bucketTicks)
    }

    /// Whether buckets are kept.
    var isKept: Bool { capacity > 0 }

    /// The number of the newest bucket; `oldest` - 1 if there is none.
    var newest: UInt64 { oldest + UInt64(count) - 1 }

    /// How many buckets are kept.
    var count: Int { closed.count + (hasBegun ? 1 : 0) }

    /// Bytes of a bucket.
    static let bucketBytes = MemoryLayout<HistoryBucket>.stride

    /// Records a change in the newest bucket, after which the levels are `levels`; `count` adds to the counts.
    @inline(__always)
    mutating func note(_ levels: HistoryLevels, _ count: (inout HistoryCounts<UInt32>) -> Void) {
        count(&current.counts)
        current.set(levels)
        self.levels = levels
    }

    /// Opens the bucket of `wall`, or the next one if a change comes too late for the bucket of its time.
    mutating func open(at wall: FileTime) {
        var start = wall.ticks - wall.ticks % bucketTicks
        if hasBegun {
            if !isBack(at: wall) { start = max(start, current.start.ticks + bucketTicks) }
            closed.append(current)
            closedSums.add(current.counts)
        }
        (hasBegun, isSealed) = (true, false)
        current = HistoryBucket(start: FileTime(ticks: start), levels)
        if closed.count >= capacity { giveUpOldest() }
    }

    /// Gives up the older half of the buckets that are over, and returns their memory.
    mutating func giveUpHalf() {
        for _ in 0..<(closed.count + 1) / 2 { giveUpOldest() }
        closed = Deque(closed)
    }

    /// Gives up the oldest bucket that is over; its counts stay in `lost`.
    private mutating func giveUpOldest() {
        guard let bucket = closed.popFirst() else { return }
        lost.add(bucket.counts)
        oldest += 1
    }

    /// Whether the newest bucket is over for a change at `wall`.
    func isOver(at wall: FileTime) -> Bool {
        !hasBegun || isSealed || isBack(at: wall) || wall.ticks >= current.start.ticks + bucketTicks
    }

    /// Whether the clock on the wall went back.
    ///
    /// The times of changes and of readers are from before they got the lock, so somebody may have begun a bucket since.
    /// That does not count, up to the length of a bucket.
    private func isBack(at wall: FileTime) -> Bool { wall.ticks + bucketTicks < current.start.ticks }

    /// The time from `wall` to the end of the newest bucket, at most its length; nil if it is over.
    func rest(at wall: FileTime) -> Duration? {
        if isOver(at: wall) { return nil }
        let rest = min(bucketTicks, current.start.ticks + bucketTicks - wall.ticks)
        return .nanoseconds(Int64(rest) * 100)
    }

    /// The number of the newest bucket that is over at `wall`, and does not change any more.
    mutating func newestOver(at wall: FileTime) -> UInt64 {
        if hasBegun, isOver(at: wall) { isSealed = true }
        return hasBegun && !isSealed ? newest - 1 : newest
    }

    /// The bucket with `number`, which is kept.
    subscript(number: UInt64) -> HistoryBucket? {
        guard number >= oldest, number <= newest else { return nil }
        let index = Int(number - oldest)
        return index < closed.count ? closed[index] : current
    }

    /// The sums of all buckets up to `number`.
    ///
    /// - Complexity: O(1) for the newest buckets, which readers ask for again and again; otherwise O(buckets up to `number`).
    func sums(through number: UInt64) -> HistoryCounts<UInt64> {
        var sums = number + 1 >= newest ? closedSums : lost
        if number >= newest {
            if hasBegun { sums.add(current.counts) }
        } else if number + 1 < newest, number >= oldest {
            for bucket in closed.prefix(Int(number - oldest) + 1) { sums.add(bucket.counts) }
        }
        return sums
    }
}
