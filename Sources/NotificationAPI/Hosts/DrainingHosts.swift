import Driver
import Locking

/// The deleted hosts: the drivers still in use, and the sums of the drained ones.
final class DrainingHosts: Sendable {
    private struct State {
        var draining: [ObjectIdentifier: Entry] = [:]
        var drained = MessageSums()
        var drainedNumbers = HostNumbers()
    }

    private struct Entry {
        let driver: Driver
        let latency: Histogram
    }

    private let state = Locked(State())

    /// The drivers of deleted hosts that are still in use.
    var drivers: [Driver] { state.withLock { $0.draining.values.map(\.driver) } }

    /// Whether at least `limit` of them have a message in flight. The others will finish in a moment.
    ///
    /// - Complexity: O(n) when `limit` or more hosts are draining, else O(1).
    func hasBusy(atLeast limit: Int) -> Bool {
        if state.withLock({ $0.draining.count }) < limit { return false }
        return drivers.lazy.map(\.counters).count { $0.inHand + $0.inFlight > 0 } >= limit
    }

    /// The current message sums of all deleted hosts.
    var sums: MessageSums {
        var (sums, draining) = state.withLock { ($0.drained, Array($0.draining.values)) }
        for host in draining { sums.add(host.driver.counters) }
        return sums
    }

    /// The numbers of all deleted hosts except `hosts`, which the caller adds itself. Hosts that have drained contribute only
    /// their counters, not their gauges; `leftQueued` is the number of messages that were left in their queues.
    func numbers(excluding hosts: [Host]) -> (numbers: HostNumbers, leftQueued: UInt64) {
        var (numbers, draining, left) = state.withLock { ($0.drainedNumbers, $0.draining, $0.drained.queued) }
        if !draining.isEmpty {
            for host in hosts { draining[ObjectIdentifier(host.driver)] = nil }
            for host in draining.values { numbers.add(host.driver.counters, host.latency, isEngineUp: false) }
        }
        return (numbers, left)
    }

    /// Adds the driver of a deleted host; it drains until the token is deallocated.
    func add(_ driver: Driver, _ latency: Histogram) -> DrainToken {
        state.withLock { $0.draining[ObjectIdentifier(driver)] = Entry(driver: driver, latency: latency) }
        return DrainToken(driver, latency, self)
    }

    fileprivate func finish(_ driver: Driver, _ latency: Histogram) {
        let counters = driver.counters
        var numbers = HostNumbers()
        numbers.add(counters, latency, isEngineUp: false)
        numbers.removeGauges()
        state.withLock { [numbers] state in
            state.draining[ObjectIdentifier(driver)] = nil
            state.drained.add(counters)
            state.drainedNumbers.add(numbers)
        }
    }
}

/// Held by everything that can still make a deleted host's driver create or send messages. When the last holder releases
/// it, the driver's counters are final.
final class DrainToken: Sendable {
    private let driver: Driver
    private let latency: Histogram
    private let hosts: DrainingHosts

    fileprivate init(_ driver: Driver, _ latency: Histogram, _ hosts: DrainingHosts) {
        self.driver = driver
        self.latency = latency
        self.hosts = hosts
    }

    deinit { hosts.finish(driver, latency) }
}
