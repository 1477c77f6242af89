import Dispatch
public import Driver

/// Threads that the workers of all hosts share: about one per core, however many hosts there are.
///
/// Work on these threads must not block.
public final class DispatchWorkPool: Sendable {
    private let threads = DispatchQueue(label: "wdfilterd.workers", qos: .userInitiated, attributes: .concurrent)

    /// A pool with no queues yet.
    public init() {}

    /// A new serial queue on the pool's threads. `name` is shown in debuggers.
    public func makeQueue(named name: String) -> DispatchWorkQueue {
        DispatchWorkQueue(DispatchQueue(label: "wdfilterd.worker.\(name)", target: threads))
    }
}

/// A host's serial queue. Submitted work runs even if the queue is released meanwhile.
public struct DispatchWorkQueue: WorkQueue {
    private let queue: DispatchQueue

    fileprivate init(_ queue: DispatchQueue) { self.queue = queue }

    /// Runs `body` later on a thread of the pool, after everything that was submitted before.
    public func async(_ body: @escaping @Sendable () -> Void) {
        queue.async(execute: body)
    }
}
