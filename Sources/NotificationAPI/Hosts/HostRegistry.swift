import Bytes
import Driver
import Locking
import Synchronization

/// The existing hosts by name.
///
/// Split into shards, so that lookups of different hosts rarely contend for a lock.
final class HostRegistry: Sendable {
    private let shards: [Locked<[String: Host]>]
    private let count = Atomic<Int>(0)
    /// Whether the service is stopping, so that requests must not wait.
    private let hasEndedWaits = Atomic(false)
    let limit: Int
    let defaults: HostDefaults
    let drainingHosts = DrainingHosts()
    private let dependencies: HostDependencies
    private let history: HistoryShare

    /// The name of the host that exists from the start.
    static let defaultName = "default"

    /// A registry of at most `limit` hosts, whose histories and decisions take at most `historyBytes` bytes.
    init(limit: Int, historyBytes: Int, defaults: HostDefaults, dependencies: HostDependencies) {
        let shards: [Locked<[String: Host]>] = (0..<16).map { _ in Locked([:]) }  // a power of two
        self.shards = shards
        history = HistoryShare(limit: historyBytes) { history in
            dependencies.slices.run {
                history.trim(shards.flatMap { $0.withLock { $0.values.map(\.driver) } })
                return false
            }
        }
        self.limit = limit
        self.defaults = defaults
        self.dependencies = dependencies
    }

    /// The host named `name`, marked as in use under the same lock, so that it cannot be removed as idle in between. The caller
    /// must end the use.
    func beginUse(of name: String) -> Host? {
        shard(of: name).withLock { hosts in
            let host = hosts[name]
            host?.beginUse()
            return host
        }
    }

    /// The use of the host named `name`, begun in the same way.
    func use(_ name: String) -> HostUse? { beginUse(of: name).map(HostUse.init(begunFor:)) }

    /// The outcome of `create`, `replace` and `reset`.
    enum Creation {
        case created(Host)
        /// The host took the place of an earlier one.
        case replaced(Host)
        /// The host exists, created with an equal body.
        case existed(Host)
        /// The host exists, created with a different body.
        case conflict
        case limitReached
    }

    /// Creates a host, unless one with this name exists.
    func create(_ name: String, _ creation: HostCreation, isCreatedByReplay: Bool = false) -> Creation {
        if let host = find(name) {
            return host.creation == creation ? .existed(host) : .conflict
        }
        // A deleted host uses memory until its engine has answered.
        if drainingHosts.hasBusy(atLeast: limit) { return .limitReached }
        let host = Host(
            name: name, creation: creation, defaults: defaults, dependencies: dependencies, history: history,
            isCreatedByReplay: isCreatedByReplay)
        // If several requests create the same host at once, only the one that is kept counts.
        let kept: Host? = shard(of: name).withLock { hosts in
            if let other = hosts[name] { return other }
            guard count.add(1, upTo: limit) else { return nil }
            hosts[name] = host
            return host
        }
        guard let kept else { return .limitReached }
        if kept === host {
            if hasEndedWaits.load(ordering: .sequentiallyConsistent) { host.driver.endWaits() }
            return .created(host)
        }
        return kept.creation == creation ? .existed(kept) : .conflict
    }

    /// Creates a host; one with this name that exists is replaced, whatever created it.
    func replace(_ name: String, by creation: HostCreation, isCreatedByReplay: Bool = false) -> Creation {
        while true {
            guard let former = find(name) else {
                let outcome = create(name, creation, isCreatedByReplay: isCreatedByReplay)
                switch outcome {
                case .existed, .conflict: continue  // another request has created it meanwhile
                case .created, .replaced, .limitReached: return outcome
                }
            }
            if drainingHosts.hasBusy(atLeast: limit) { return .limitReached }
            let host = Host(
                name: name, creation: creation, defaults: defaults, dependencies: dependencies, history: history,
                isCreatedByReplay: isCreatedByReplay)
            if put(host, inPlaceOf: former) { return .replaced(host) }
        }
    }

    /// Replaces a host by a new one in the state of its creation, except for the parts `kept`; nil if the host does not
    /// exist.
    func reset(_ name: String, keeping kept: [KeptParts.Name]) -> Creation? {
        while let former = find(name) {
            if drainingHosts.hasBusy(atLeast: limit) { return .limitReached }
            let host = Host(
                name: name, creation: former.creation, defaults: defaults, dependencies: dependencies, history: history,
                isCreatedByReplay: former.isCreatedByReplay, kept: KeptParts(kept, of: former))
            if put(host, inPlaceOf: former) { return .replaced(host) }
        }
        return nil
    }

    /// Replaces `former` by `host`, which has the same name; false if `former` was deleted or replaced meanwhile. The name
    /// always has a host, and one of the two gets each request.
    private func put(_ host: Host, inPlaceOf former: Host) -> Bool {
        let token = shard(of: host.name).withLock { hosts -> DrainToken? in
            guard hosts[host.name] === former else { return nil }
            hosts[host.name] = host
            return drainingHosts.add(former.driver, former.latency)
        }
        guard let token else { return false }
        if hasEndedWaits.load(ordering: .sequentiallyConsistent) { host.driver.endWaits() }
        retire(former, token)
        return true
    }

    private func find(_ name: String) -> Host? { shard(of: name).withLock { $0[name] } }

    /// Ends the waits of a host that was taken out of the registry, and unloads its driver.
    private func retire(_ host: Host, _ token: DrainToken) {
        host.markRemoved(token)
        host.driver.unload { _ in withExtendedLifetime(token) {} }
    }

    /// Ends all waits for messages, drains and room in queues, on existing hosts and on those created from now on.
    func endWaits() {
        // A host that is not yet in `all` sees this flag after it is added.
        hasEndedWaits.store(true, ordering: .sequentiallyConsistent)
        for host in all { host.driver.endWaits() }
    }

    /// Removes a host and unloads its driver; false if the host does not exist.
    func remove(_ name: String) -> Bool {
        remove(name) { _ in true }
    }

    private func remove(_ name: String, if condition: (Host) -> Bool) -> Bool {
        let removal = shard(of: name).withLock { hosts -> (Host, DrainToken)? in
            guard let host = hosts[name], condition(host) else { return nil }
            hosts[name] = nil
            // Under the same lock, so that sums find the host either here or among the draining ones.
            return (host, drainingHosts.add(host.driver, host.latency))
        }
        guard let (removed, token) = removal else { return false }
        count.subtract(1, ordering: .relaxed)
        retire(removed, token)
        return true
    }

    /// All hosts, sorted by name.
    ///
    /// - Complexity: O(n log n); not for a pool thread.
    var all: [Host] { unordered.sorted { $0.name < $1.name } }

    /// All hosts, in no particular order.
    ///
    /// - Complexity: O(n).
    var unordered: [Host] {
        shards.flatMap { shard in shard.withLock { Array($0.values) } }
    }

    /// The first `limit` hosts in order of name after `cursor`, and whether more follow.
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
            items.insert(host, at: items.partitioningIndex { $0.name >= host.name })
        }
        return (items, hasMore)
    }

    /// Removes all hosts that were not used for more than `seconds` and whose worker has no message in hand, except the
    /// default host.
    func removeIdle(longerThan seconds: Int) {
        for host in unordered where host.name != HostRegistry.defaultName && host.isUnused(forSeconds: seconds) {
            if host.driver.counters.inHand > 0 { continue }
            _ = remove(host.name) { $0 === host && host.isUnused(forSeconds: seconds) }
        }
    }

    private func shard(of name: String) -> Locked<[String: Host]> {
        var (hash, name) = (0, name)
        name.withUTF8 { for byte in $0 { hash = hash &* 31 &+ Int(byte) } }
        return shards[hash & (shards.count - 1)]
    }
}
