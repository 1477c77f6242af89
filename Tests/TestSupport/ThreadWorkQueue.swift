public import Driver
import Glibc
import Locking
import Synchronization

/// A work queue whose bodies run only on the thread that the test runs in `run`.
///
/// It does not use Dispatch, so that the thread sanitizer sees how a body gets from one thread to another.
public final class ThreadWorkQueue: WorkQueue {
    private let bodies = Locked<[@Sendable () -> Void]>([])
    private let isOver = Atomic(false)

    /// An empty queue.
    public init() {}

    /// Stores `body` for the thread that is in `run`.
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

    /// Makes `run` return once no body is left.
    public func stop() { isOver.store(true, ordering: .releasing) }
}
