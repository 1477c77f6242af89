import Driver

/// A host's numbers for `/metrics`, or the sums of several hosts, in the order of `HostFamily.all`.
struct HostNumbers: Sendable {
    /// The number of values.
    static let count = HostFamily.all.reduce(0) { $0 + $1.count }

    private(set) var values: [Int64]

    /// The given values for the first families, and 0 for all others.
    init(values: [Int64] = []) { self.values = values + [Int64](repeating: 0, count: HostNumbers.count - values.count) }

    /// Adds one host's counters, the latencies of its engine, and whether that works.
    mutating func add(_ counters: CountersSnapshot, _ latency: Histogram, isEngineUp: Bool) {
        var index = 0
        func add(_ value: Int64) {
            values[index] &+= value
            index += 1
        }
        for counter in HostNumbers.counters { add(counter.number(in: counters)) }
        let sync = counters.sync
        for counter in HostNumbers.syncCounters {
            for (_, counts) in sync { add(counter.number(in: counts)) }
        }
        let (buckets, sum) = latency.snapshot
        for observations in buckets { add(Int64(clamping: observations)) }
        add(Int64(clamping: sum))
        add(isEngineUp ? 1 : 0)
    }

    /// Adds the numbers of other hosts.
    mutating func add(_ other: HostNumbers) {
        for index in values.indices { values[index] &+= other.values[index] }
    }

    /// Clears the gauges, which are meaningless once the host is deleted.
    mutating func removeGauges() {
        for family in HostFamily.all where family.type == "gauge" {
            for index in family.start..<family.start + family.count { values[index] = 0 }
        }
    }

    /// The counters in `/metrics` with one number per host.
    static let counters = CountersSnapshot.table.filter { $0.metric != nil }
    /// The counters in `/metrics` with one number per synchronous operation of a host.
    static let syncCounters = SyncCounters.table.filter { $0.metric != nil }
}

extension Counter {
    /// The counter's value in `snapshot`; 0 if it is not a number.
    fileprivate func number(in snapshot: Snapshot) -> Int64 {
        if case .number(let read) = reading { read(snapshot) } else { 0 }
    }
}

/// The numbers of many hosts in little memory: most of them are small, and take one byte.
struct PackedNumbers: Sendable {
    private var bytes: [UInt8] = []
    private var starts: [Int] = []

    /// The memory used, in bytes.
    var size: Int { bytes.count + starts.count * MemoryLayout<Int>.stride }

    /// Appends the numbers of a host, which must not be negative.
    mutating func append(_ numbers: HostNumbers) {
        starts.append(bytes.count)
        for value in numbers.values {
            // Seven bits per byte, the lowest first; the eighth bit is set if more follow.
            var rest = UInt64(clamping: value)
            while rest >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(truncatingIfNeeded: rest))
        }
    }

    /// The numbers of `family` for the host at `index`.
    func numbers(of family: HostFamily, at index: Int) -> [UInt64] {
        var numbers: [UInt64] = []
        var offset = starts[index]
        for position in 0..<(family.start + family.count) {
            var (value, shift): (UInt64, UInt64) = (0, 0)
            while bytes[offset] >= 0x80 {
                value |= UInt64(bytes[offset] & 0x7F) << shift
                shift += 7
                offset += 1
            }
            value |= UInt64(bytes[offset]) << shift
            offset += 1
            if position >= family.start { numbers.append(value) }
        }
        return numbers
    }
}
