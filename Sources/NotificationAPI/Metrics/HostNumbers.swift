import Driver

/// The numbers of a host that `/metrics` reports, or the sums of several, in the order of `HostFamily.all`.
struct HostNumbers: Sendable {
    /// How many there are.
    static let count = HostFamily.all.reduce(0) { $0 + $1.count }

    private(set) var values: [Int64]

    /// None counted yet; or these, of the first families.
    init(values: [Int64] = []) { self.values = values + [Int64](repeating: 0, count: HostNumbers.count - values.count) }

    /// Adds what one host counts: a consistent snapshot of its counters, and how long its engine took.
    mutating func add(_ counters: CountersSnapshot, _ latency: LatencyHistogram) {
        var place = 0
        func add(_ value: Int64) {
            values[place] &+= value
            place += 1
        }
        for counter in HostNumbers.counters { add(counter.number(in: counters)) }
        let sync = counters.sync
        for counter in HostNumbers.syncCounters {
            for (_, counts) in sync { add(counter.number(in: counts)) }
        }
        let (buckets, sum) = latency.snapshot
        for observations in buckets { add(Int64(clamping: observations)) }
        add(Int64(clamping: sum))
    }

    /// Adds other numbers.
    mutating func add(_ other: HostNumbers) {
        for place in values.indices { values[place] &+= other.values[place] }
    }

    /// Clears the gauges, which mean nothing once the host is gone.
    mutating func removeGauges() {
        for (place, counter) in HostNumbers.counters.enumerated() where counter.metric?.isGauge == true {
            values[place] = 0
        }
    }

    /// The counters that a host has once and `/metrics` shows.
    static let counters = CountersSnapshot.table.filter { $0.metric != nil }
    /// Those that a host has for each synchronous operation.
    static let syncCounters = SyncCounters.table.filter { $0.metric != nil }
}

extension Counter {
    /// Its value, of one that is a number.
    fileprivate func number(in snapshot: Snapshot) -> Int64 {
        if case .number(let read) = reading { read(snapshot) } else { 0 }
    }
}

/// Numbers of many hosts in little memory: most of them are small, and take a byte.
struct PackedNumbers: Sendable {
    private var bytes: [UInt8] = []
    private var starts: [Int] = []

    /// How many bytes it takes.
    var size: Int { bytes.count + starts.count * MemoryLayout<Int>.stride }

    /// Appends the numbers of a host; none is negative.
    mutating func append(_ numbers: HostNumbers) {
        starts.append(bytes.count)
        for value in numbers.values {
            // Seven bits a byte, the lowest first; the eighth says that more follow.
            var rest = UInt64(clamping: value)
            while rest >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(truncatingIfNeeded: rest))
        }
    }

    /// The numbers of `family` of the host at `index`.
    func numbers(of family: HostFamily, at index: Int) -> [UInt64] {
        var numbers: [UInt64] = []
        var place = starts[index]
        for position in 0..<(family.start + family.count) {
            var (value, shift): (UInt64, UInt64) = (0, 0)
            while bytes[place] >= 0x80 {
                value |= UInt64(bytes[place] & 0x7F) << shift
                shift += 7
                place += 1
            }
            value |= UInt64(bytes[place]) << shift
            place += 1
            if position >= family.start { numbers.append(value) }
        }
        return numbers
    }
}
