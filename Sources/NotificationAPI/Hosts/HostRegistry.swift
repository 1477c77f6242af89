import Driver
import Locking
import Runtime
import Synchronization

/// The hosts by name.
///
/// Split into shards, so that looking one host up hardly ever waits for somebody who looks up another.
final class HostRegistry: Sendable {
    private let shards: [Locked<[String: Host]>]
    private let count = Atomic<Int>(0)
    /// Whether nobody may wait any more: the service stops.
    private let endsWaits = Atomic(false)
    let limit: Int
    let defaults: HostDefaults
    let drainingHosts = DrainingHosts()
    private let dependencies: HostDependencies

    /// The host that exists at start.
    static let defaultName = "default"

    init(limit: Int, defaults: HostDefaults, dependencies: HostDependencies) {
        shards = (0..<16).map { _ in Locked([:]) }  // a power of two
        self.limit = limit
        self.defaults = defaults
        self.dependencies = dependencies
    }

    /// The host of a name, in use from now on: it cannot go as idle between the two.
    func use(_ name: String) -> HostUse? {
        shard(of: name).withLock { $0[name].map(HostUse.init) }
    }

    /// What asking for a host with a creation came to.
    enum Creation {
        case made(Host)
        /// It was there, made with an equal body.
        case existed(Host)
        /// It was there, made with another body.
        case conflict
        case limitReached
    }

    /// `workQueue` is where its worker runs, unless the dependencies make its queue.
    func create(
        _ name: String, _ creation: HostCreation, workQueue: (any WorkQueue)? = nil, madeByReplay: Bool = false
    ) -> Creation {
        if let host = shard(of: name).withLock({ $0[name] }) {
            return host.creation == creation ? .existed(host) : .conflict
        }
        // A removed host takes memory too, for as long as its engine takes its time.
        if drainingHosts.hasBusy(atLeast: limit) { return .limitReached }
        let host = Host(
            name: name, creation: creation, defaults: defaults, dependencies: dependencies, workQueue: workQueue,
            isMadeByReplay: madeByReplay)
        // If several requests create the same host at once, only the one that is kept counts.
        let kept: Host? = shard(of: name).withLock { hosts in
            if let other = hosts[name] { return other }
            guard count.add(1, upTo: limit) else { return nil }
            hosts[name] = host
            return host
        }
        guard let kept else { return .limitReached }
        if kept === host {
            if endsWaits.load(ordering: .sequentiallyConsistent) { host.driver.endWaits() }
            return .made(host)
        }
        return kept.creation == creation ? .existed(kept) : .conflict
    }

    /// Ends the waits for messages, drains and room of all hosts, including hosts that are made from now on.
    func endWaits() {
        // A host that is not among `all` now is made later, and then sees this.
        endsWaits.store(true, ordering: .sequentiallyConsistent)
        for host in all { host.driver.endWaits() }
    }

    /// Takes a host away and unloads its driver; false when there is none.
    func remove(_ name: String) -> Bool {
        remove(name) { _ in true }
    }

    private func remove(_ name: String, if condition: (Host) -> Bool) -> Bool {
        let removal = shard(of: name).withLock { hosts -> (Host, DrainToken)? in
            guard let host = hosts[name], condition(host) else { return nil }
            hosts[name] = nil
            // Under the same lock, so that a sum finds the host in one place or the other.
            return (host, drainingHosts.add(host.driver, host.latency))
        }
        guard let (removed, token) = removal else { return false }
        count.subtract(1, ordering: .relaxed)
        removed.markRemoved(token)
        removed.driver.unload { _ in withExtendedLifetime(token) {} }
        return true
    }

    /// All hosts, by name.
    ///
    /// - Complexity: O(n log n); not for a pool thread.
    var all: [Host] { unordered.sorted { $0.name < $1.name } }

    /// All hosts.
    ///
    /// - Complexity: O(n).
    var unordered: [Host] {
        shards.flatMap { shard in shard.withLock { Array($0.values) } }
    }

    /// The first `limit` hosts by name behind `cursor`, and whether more follow.
    ///
    /// - Complexity: O(n), and for each of the `limit` hosts about O(limit).
    func page(after cursor: String?, limit: Int) -> (items: [Host], hasMore: Bool) {
        var items: [Host] = []
        var hasMore = false
        for host in unordered where cursor.map({ host.name > $0 }) ?? true {
            if items.count == limit {
                hasMore = true
                guard let last = items.last, host.name < last.name else { continue }
                items.removeLast()
            }
            var (low, high) = (0, items.count)
            while low < high {
                let middle = (low + high) / 2
                if items[middle].name < host.name { low = middle + 1 } else { high = middle }
            }
            items.insert(host, at: low)
        }
        return (items, hasMore)
    }

    /// Removes hosts that nobody has used for so long and whose worker has nothing in hand; the one that exists at
    /// start stays.
    func removeIdle(longerThan seconds: Int) {
        for host in unordered where host.name != HostRegistry.defaultName && host.isUnused(forSeconds: seconds) {
            if host.driver.counters.inHand > 0 { continue }
            _ = remove(host.name) { $0 === host && host.isUnused(forSeconds: seconds) }
        }
    }

    private func shard(of name: String) -> Locked<[String: Host]> {
        shards[name.utf8.reduce(0) { $0 &* 31 &+ Int($1) } & (shards.count - 1)]
    }
}
