import Messages

/// The waits for the next change of a host's processes. Their number does not affect the cost of a change.
struct ProcessFollowers {
    private var waiting: Followers.Wakes = [:]
    private var lastID: Followers.ID = 0
    /// The revision that all of them have seen.
    private var seen: UInt64 = 0

    /// Whether one of them has not seen `revision`.
    @inline(__always)
    func areBehind(_ revision: UInt64) -> Bool { !waiting.isEmpty && seen != revision }

    /// Adds a wait, whose reader has seen `revision`, the current one.
    mutating func add(seen revision: UInt64, _ wake: @escaping @Sendable () -> Void) -> Followers.ID {
        seen = revision
        lastID += 1
        waiting[lastID] = wake
        return lastID
    }

    mutating func remove(_ id: Followers.ID) { waiting[id] = nil }

    /// Removes and returns all of them.
    mutating func takeAll() -> [Followers.Wakes] {
        if waiting.isEmpty { return [] }
        defer { waiting = [:] }
        return [waiting]
    }
}

/// A wait for a change of processes: `Driver.awaitProcessChanges`.
public final class ProcessChangeWait: Sendable {
    private let driver: Driver
    private let wait: TimedWait<Void>
    private let followerID: Followers.ID?

    fileprivate init(_ driver: Driver, _ wait: TimedWait<Void>, _ followerID: Followers.ID?) {
        self.driver = driver
        self.wait = wait
        self.followerID = followerID
    }

    /// Ends the wait now, if it has not ended.
    public func end() {
        if let followerID { driver.withState { $0.processFollowers.remove(followerID) } }
        wait.end(())
    }
}

extension Driver {
    /// The first `limit` changes of processes after `revision`.
    ///
    /// - Complexity: O(changes), at most 8192.
    func processChanges(after revision: UInt64, limit: Int) -> ProcessChanges {
        withState { $0.processes.changes(after: revision, limit: limit) }
    }

    /// The first `limit` changes of processes after `revision`, once there are some or `timeout` is over.
    ///
    /// `completion` runs once: before this returns, on the follower queue, on the timers' thread, or when the returned wait is
    /// ended.
    @discardableResult
    public func awaitProcessChanges(
        after revision: UInt64, limit: Int, timeout: Duration,
        completion: @escaping @Sendable (ProcessChanges) -> Void
    ) -> ProcessChangeWait {
        let wait = TimedWait<Void> { completion(self.processChanges(after: revision, limit: limit)) }
        let followerID: Followers.ID? = withState { state in
            if state.processes.revisions.current != revision || state.endsWaits || timeout <= .zero { return nil }
            return state.processFollowers.add(seen: revision) { wait.end(()) }
        }
        let whole = ProcessChangeWait(self, wait, followerID)
        if followerID == nil { wait.end(()) } else { wait.start(timers, timeout: timeout) { whole.end() } }
        return whole
    }
}
