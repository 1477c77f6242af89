import DequeModule
public import Driver
import Locking

/// A work queue that runs its bodies when the test says so, on the test's thread.
public final class ManualWorkQueue: WorkQueue {
    private let bodies = Locked<Deque<@Sendable () -> Void>>([])

    /// An empty queue.
    public init() {}

    /// How many bodies wait.
    public var count: Int { bodies.withLock { $0.count } }

    /// Notes `body` for later.
    public func async(_ body: @escaping @Sendable () -> Void) { bodies.withLock { $0.append(body) } }

    /// Runs the oldest body; false when there is none.
    @discardableResult
    public func runNext() -> Bool {
        let body = bodies.withLock { $0.popFirst() }
        body?()
        return body != nil
    }

    /// Runs bodies until none waits, those included that come meanwhile.
    public func runAll() {
        while runNext() {}
    }
}
