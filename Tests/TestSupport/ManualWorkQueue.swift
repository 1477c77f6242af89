import DequeModule
public import Driver
import Locking

/// A work queue that runs its bodies on demand, on the test's thread.
public final class ManualWorkQueue: WorkQueue {
    private let bodies = Locked<Deque<@Sendable () -> Void>>([])

    /// An empty queue.
    public init() {}

    /// The number of waiting bodies.
    public var count: Int { bodies.withLock { $0.count } }

    /// Stores `body` for later.
    public func async(_ body: @escaping @Sendable () -> Void) { bodies.withLock { $0.append(body) } }

    /// Runs the oldest body; false if there is none.
    @discardableResult
    public func runNext() -> Bool {
        let body = bodies.withLock { $0.popFirst() }
        body?()
        return body != nil
    }

    /// Runs bodies until none waits, including those that are added meanwhile.
    public func runAll() {
        while runNext() {}
    }
}
