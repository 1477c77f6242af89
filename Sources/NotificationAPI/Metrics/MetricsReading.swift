import Driver
import Locking

/// The numbers of the hosts at one moment, for `/metrics`: of each host, or of all hosts added up.
final class MetricsReading: Sendable {
    /// The number of hosts.
    let hosts: Int
    /// The number of hosts without series of their own although `metrics.hosts` is `each`.
    let omitted: Int
    /// The number of messages that were still queued when their host was deleted.
    let leftQueued: UInt64
    /// The hosts' names; a single nil for the sums.
    let names: [String?]
    /// The numbers for each of `names`.
    let numbers: PackedNumbers

    /// Reads the hosts of `registry`. The numbers of each host are consistent, because each is locked briefly.
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
            for host in all { sums.add(host.driver.counters, host.latency, isEngineUp: host.engine.health.isUp) }
            packed.append(sums)
            names = [nil]
        } else {
            let sorted = all.sorted { $0.name < $1.name }
            for host in sorted {
                var numbers = HostNumbers()
                numbers.add(host.driver.counters, host.latency, isEngineUp: host.engine.health.isUp)
                packed.append(numbers)
            }
            names = sorted.map(\.name)
        }
        numbers = packed
    }
}

/// Reads the numbers of the hosts on its queue, once for all requests that wait at the time.
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

    /// Calls `completion` with a reading that starts after this call, on the queue's thread.
    func read(_ completion: @escaping Completion) {
        let isFirst = waiting.withLock { waiting in
            waiting.append(completion)
            return waiting.count == 1
        }
        if isFirst { queue.async { self.readForWaiting() } }
    }

    private func readForWaiting() {
        // Later requests get the next reading.
        let served = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        let reading = MetricsReading(registry, options)
        for completion in served { completion(reading) }
    }
}
