import Driver
import Locking

/// The hosts that were removed: those that are still in use, and what became of the messages of all others.
final class Departures: Sendable {
    private struct State {
        var leaving: [ObjectIdentifier: Leaving] = [:]
        var left = MessageSums()
        var leftNumbers = HostNumbers()
    }

    /// A host that was removed and is still in use.
    private struct Leaving {
        let driver: Driver
        let latency: LatencyHistogram
    }

    private let state = Locked(State())

    /// The drivers of hosts that were removed and are still in use.
    var drivers: [Driver] { state.withLock { $0.leaving.values.map(\.driver) } }

    /// Whether `limit` or more of them have a message under way. The others are gone in a moment.
    ///
    /// - Complexity: O(n) when there are so many, else O(1).
    func areMany(_ limit: Int) -> Bool {
        if state.withLock({ $0.leaving.count }) < limit { return false }
        return drivers.lazy.map(\.counters).count { $0.inHand + $0.underWay > 0 } >= limit
    }

    /// What has become of the messages of all hosts that were removed, up to now.
    var sums: MessageSums {
        var (sums, leaving) = state.withLock { ($0.left, Array($0.leaving.values)) }
        for host in leaving { sums.add(host.driver.counters) }
        return sums
    }

    /// The numbers of all hosts that were removed, except those of `hosts`, which the caller adds. Hosts that are gone add
    /// their counters only; `leftQueued` is how many messages were left in their queues.
    func numbers(besides hosts: [Host]) -> (numbers: HostNumbers, leftQueued: UInt64) {
        var (numbers, leaving, left) = state.withLock { ($0.leftNumbers, $0.leaving, $0.left.queued) }
        if !leaving.isEmpty {
            for host in hosts { leaving[ObjectIdentifier(host.driver)] = nil }
            for host in leaving.values { numbers.add(host.driver.counters, host.latency) }
        }
        return (numbers, left)
    }

    /// A host leaves: until nobody holds what this returns.
    func begin(_ driver: Driver, _ latency: LatencyHistogram) -> Departure {
        state.withLock { $0.leaving[ObjectIdentifier(driver)] = Leaving(driver: driver, latency: latency) }
        return Departure(driver, latency, self)
    }

    fileprivate func end(_ driver: Driver, _ latency: LatencyHistogram) {
        let counters = driver.counters
        var numbers = HostNumbers()
        numbers.add(counters, latency)
        numbers.removeGauges()
        state.withLock { [numbers] state in
            state.leaving[ObjectIdentifier(driver)] = nil
            state.left.add(counters)
            state.leftNumbers.add(numbers)
        }
    }
}

/// Held by those who may still have a removed host's driver make or send messages. When the last of them lets go, its
/// counters are final.
final class Departure: Sendable {
    private let driver: Driver
    private let latency: LatencyHistogram
    private let departures: Departures

    fileprivate init(_ driver: Driver, _ latency: LatencyHistogram, _ departures: Departures) {
        self.driver = driver
        self.latency = latency
        self.departures = departures
    }

    deinit { departures.end(driver, latency) }
}
