import DequeModule
import Dispatch
public import Driver
import Glibc
import Locking

/// Does long work on threads of its own, one per core. All work takes turns, a slice at a time.
///
/// However much work there is, others lose a share of the cores to it, but never wait behind it.
public final class DispatchSliceQueue: SliceQueue {
    private struct State {
        var waiting: Deque<@Sendable () -> Bool> = []
        /// Threads that work or have been requested.
        var running = 0
    }

    private let queue: DispatchQueue
    private let width: Int
    private let state = Locked(State())

    /// A queue with `width` threads while there is work, by default one a core; `name` shows in a debugger.
    public init(named name: String, width: Int? = nil) {
        queue = DispatchQueue(label: name, qos: .utility, attributes: .concurrent)
        self.width = width ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// Calls `slice` on a thread of the queue's, again and again until it returns false.
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
