public import Driver
import Glibc
import Locking
import Synchronization

/// A work queue whose bodies run on the one thread that the test has in `run`, and on no caller's.
///
/// No Dispatch: the thread sanitizer sees how a body gets from one thread to another.
public final class ThreadWorkQueue: WorkQueue {
    private let bodies = Locked<[@Sendable () -> Void]>([])
    private let isOver = Atomic(false)

    /// An empty queue.
    public init() {}

    /// Notes `body` for the thread that is in `run`.
    public func async(_ body: @escaping @Sendable () -> Void) { bodies.withLock { $0.append(body) } }

    /// Runs bodies on the calling thread until `stop` was called and none is left.
    public func run() {
        while true {
            let wasOver = isOver.load(ordering: .acquiring)
            let due = bodies.withLock { bodies in
                defer { bodies = [] }
                return bodies
            }
            for body in due { body() }
            if due.isEmpty {
                if wasOver { return }
                sched_yield()
            }
        }
    }

    /// Lets `run` return once nothing is left.
    public func stop() { isOver.store(true, ordering: .releasing) }
}
