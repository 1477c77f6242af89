import Driver
import Locking

/// What the hosts count at one moment, as `/metrics` reports it: each host by itself, or all of them added up.
final class MetricsReading: Sendable {
    /// How many hosts there are.
    let hosts: Int
    /// How many of them have no series although `metrics.hosts` is `each`.
    let omitted: Int
    /// Messages that were still queued when their host was gone.
    let leftQueued: UInt64
    /// The hosts' names; a single nil for the sums.
    let names: [String?]
    /// Their numbers.
    let numbers: PackedNumbers

    /// Reads the hosts of `registry`; a consistent snapshot of each, none for long under its lock.
    init(_ registry: HostRegistry, _ options: MetricsOptions) {
        let all = registry.unordered
        hosts = all.count
        var packed = PackedNumbers()
        let removed = registry.drainingHosts.numbers(excluding: all)
        leftQueued = removed.leftQueued
        let isSummed = options.hosts == .sum || all.count > options.hostLimit
        omitted = isSummed && options.hosts == .each ? all.count : 0
        if isSummed {
            var sums = removed.numbers
            for host in all { sums.add(host.driver.counters, host.latency) }
            packed.append(sums)
            names = [nil]
        } else {
            let sorted = all.sorted { $0.name < $1.name }
            for host in sorted {
                var numbers = HostNumbers()
                numbers.add(host.driver.counters, host.latency)
                packed.append(numbers)
            }
            names = sorted.map(\.name)
        }
        numbers = packed
    }
}

/// Reads what the hosts count, on a thread of its own and once for all who wait for it.
final class MetricsReader: Sendable {
    typealias Completion = @Sendable (MetricsReading) -> Void

    private let queue: any WorkQueue
    private let registry: HostRegistry
    private let options: MetricsOptions
    private let waiting = Locked<[Completion]>([])

    init(_ registry: HostRegistry, _ options: MetricsOptions, on queue: any WorkQueue) {
        self.registry = registry
        self.options = options
        self.queue = queue
    }

    /// Hands a reading that begins after this call to `completion`, on the queue's thread.
    func read(_ completion: @escaping Completion) {
        let isFirst = waiting.withLock { waiting in
            waiting.append(completion)
            return waiting.count == 1
        }
        if isFirst { queue.async { self.turn() } }
    }

    private func turn() {
        // Who comes from here on gets the next reading.
        let served = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        let reading = MetricsReading(registry, options)
        for completion in served { completion(reading) }
    }
}
