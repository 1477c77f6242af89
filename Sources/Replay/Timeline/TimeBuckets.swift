import Messages

/// What happened during a bucket of time.
protocol BucketValue: Equatable, Sendable {
    /// Nothing happened.
    init()

    /// Whether nothing happened.
    var isEmpty: Bool { get }

    /// Adds what happened in a later part of the bucket.
    mutating func append(_ later: Self)
}

/// Values over time, in buckets of equal length: as many as a timeline may have, so that memory does not grow with time.
///
/// A bucket is a millisecond long at first. Its length doubles whenever there would be too many buckets; two neighbors then become
/// one. Buckets begin at multiples of their length since 1601, so that two lists of the same length have the same limits.
struct TimeBuckets<Value: BucketValue>: Equatable, Sendable {
    /// A bucket that is not empty.
    typealias Bucket = (number: Int, value: Value)

    /// Binary logarithm of the length in milliseconds.
    private(set) var scale = 0
    /// The number of the first bucket since 1601.
    private var first = 0
    private var values: [Value] = []

    /// Whether nothing happened.
    var isEmpty: Bool { values.allSatisfy(\.isEmpty) }

    /// The numbers of the buckets, since 1601; nil if there are none.
    var numbers: ClosedRange<Int>? { values.isEmpty ? nil : first...first + values.count - 1 }

    /// The buckets that are not empty, in order of time.
    var buckets: [Bucket] {
        values.enumerated().compactMap { place, value in value.isEmpty ? nil : (first + place, value) }
    }

    /// Changes the value at `time`.
    ///
    /// - Complexity: O(1), or O(buckets) if `time` lies outside of them.
    mutating func update(at time: FileTime, _ change: (inout Value) -> Void) {
        var place = number(of: time) - first
        if !values.indices.contains(place) {
            extend(to: time)
            place = number(of: time) - first
        }
        change(&values[place])
    }

    /// Removes the buckets that begin at `time` or before, and returns those that are not empty, each with its beginning.
    mutating func removeAll(upTo time: FileTime) -> [(start: FileTime, value: Value)] {
        let count = max(0, min(values.count, number(of: time) - first + 1))
        let removed = values[..<count].enumerated().compactMap { place, value in
            value.isEmpty ? nil : (FileTime(bucket: first + place, scale: scale), value)
        }
        values.removeFirst(count)
        first += count
        return removed
    }

    /// Makes the buckets `1 << scale` milliseconds long, which must not be shorter than they are.
    mutating func coarsen(to scale: Int) { while self.scale < scale { double() } }

    private func number(of time: FileTime) -> Int { time.milliseconds >> scale }

    private mutating func extend(to time: FileTime) {
        if values.isEmpty {
            first = number(of: time)
            values.reserveCapacity(Timeline.mostBuckets)
        }
        while max(first + values.count, number(of: time) + 1) - min(first, number(of: time)) > Timeline.mostBuckets {
            double()
        }
        let number = number(of: time)
        while values.count <= number - first { values.append(Value()) }
        if number < first {
            values.insert(contentsOf: repeatElement(Value(), count: first - number), at: 0)
            first = number
        }
    }

    private mutating func double() {
        var merged: [Value] = []
        merged.reserveCapacity(Timeline.mostBuckets)
        for (place, value) in values.enumerated() {
            // The first one may be the second half of a bucket.
            if merged.isEmpty || (first + place) & 1 == 0 { merged.append(Value()) }
            merged[merged.count - 1].append(value)
        }
        values = merged
        first >>= 1
        scale += 1
    }
}

extension FileTime {
    static let ticksPerMillisecond: UInt64 = 10_000

    /// Whole milliseconds since 1601.
    var milliseconds: Int { Int(ticks / FileTime.ticksPerMillisecond) }

    /// The beginning of a bucket.
    init(bucket number: Int, scale: Int) {
        self.init(ticks: UInt64(number << scale) * FileTime.ticksPerMillisecond)
    }
}
