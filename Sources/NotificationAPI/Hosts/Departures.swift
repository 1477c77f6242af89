import Driver
import Locking

/// The hosts that were removed: those that are still in use, and what became of the messages of all others.
final class Departures: Sendable {
    private struct State {
        var leaving: [ObjectIdentifier: Driver] = [:]
        var left = MessageSums()
    }

    private let state = Locked(State())

    /// The drivers of hosts that were removed and are still in use.
    var drivers: [Driver] { state.withLock { Array($0.leaving.values) } }

    /// Whether `limit` or more of them have a message under way. The others are gone in a moment.
    ///
    /// - Complexity: O(n) when there are so many, else O(1).
    func areMany(_ limit: Int) -> Bool {
        if state.withLock({ $0.leaving.count }) < limit { return false }
        return drivers.lazy.map(\.counters).count { $0.inHand + $0.underWay > 0 } >= limit
    }

    /// What has become of the messages of all hosts that were removed, up to now.
    var sums: MessageSums {
        var (sums, drivers) = state.withLock { ($0.left, Array($0.leaving.values)) }
        for driver in drivers { sums.add(driver.counters) }
        return sums
    }

    /// A host leaves: until nobody holds what this returns.
    func begin(_ driver: Driver) -> Departure {
        state.withLock { $0.leaving[ObjectIdentifier(driver)] = driver }
        return Departure(driver, self)
    }

    fileprivate func end(_ driver: Driver) {
        let counters = driver.counters
        state.withLock { state in
            state.leaving[ObjectIdentifier(driver)] = nil
            state.left.add(counters)
        }
    }
}

/// Held by those who may still have a removed host's driver make or send messages. When the last of them lets go, its
/// counters are final.
final class Departure: Sendable {
    private let driver: Driver
    private let departures: Departures

    fileprivate init(_ driver: Driver, _ departures: Departures) {
        self.driver = driver
        self.departures = departures
    }

    deinit { departures.end(driver) }
}
