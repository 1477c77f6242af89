import DequeModule
import Dispatch
public import Driver
import Glibc
import Locking

/// Runs long work on threads of its own, one per core. All work takes turns, one slice at a time.
///
/// However much work there is, other threads share the cores with it but never wait for it.
public final class DispatchSliceQueue: SliceQueue {
    private struct State {
        var waiting: Deque<@Sendable () -> Bool> = []
        /// Threads that are running or have been requested.
        var running = 0
    }

    private let queue: DispatchQueue
    private let width: Int
    private let state = Locked(State())

    /// A queue that uses `width` threads while there is work, by default one per core. `name` is shown in debuggers.
    public init(named name: String, width: Int? = nil) {
        queue = DispatchQueue(label: name, qos: .utility, attributes: .concurrent)
        self.width = width ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// Calls `slice` on one of the queue's threads, repeatedly, until it returns false.
    public func run(_ slice: @escaping @Sendable () -> Bool) {
        let mustStart = state.withLock { state in
            state.waiting.append(slice)
            guard state.running < width else { return false }
            state.running += 1
            return true
        }
        if mustStart { queue.async { self.work() } }
    }

    private func work() {
        while let slice = next() {
            if slice() { state.withLock { $0.waiting.append(slice) } }
        }
    }

    private func next() -> (@Sendable () -> Bool)? {
        state.withLock { state in
            let next = state.waiting.popFirst()
            if next == nil { state.running -= 1 }
            return next
        }
    }
}
