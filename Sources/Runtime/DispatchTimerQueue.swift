import Dispatch
public import Driver
import Locking

/// Timers of all hosts: one serial queue of its own, one Dispatch source, a heap of deadlines.
///
/// One source for all, because making, arming and cancelling one for each timer costs more than ten times as much.
/// Keep it as long as its timers matter: when it is dropped, those that are left never fire.
public final class DispatchTimerQueue: TimerQueue {
    private struct State {
        var heap = DeadlineHeap<@Sendable () -> Void>()
        /// The deadline that the source is set to, or will be once `arm` has run.
        var armed = UInt64.max
    }

    private let queue = DispatchQueue(label: "wdfilterd.timers", qos: .userInitiated)
    nonisolated(unsafe) private let source: any DispatchSourceTimer  // a libdispatch object, safe from any thread
    private let state = Locked(State())

    /// A queue with no timers.
    public init() {
        source = DispatchSource.makeTimerSource(flags: .strict, queue: queue)
        source.setEventHandler { [weak self] in self?.fire() }
        source.activate()
    }

    deinit { source.cancel() }

    /// Calls `body` once, `delay` from now, on the queue's thread; at once when `delay` is not positive.
    public func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> any ScheduledTimer {
        let deadline = DispatchTimerQueue.deadline(after: delay)
        let (id, mustArm) = state.withLock { state in
            let id = state.heap.insert(body, deadline: deadline)
            guard deadline < state.armed else { return (id, false) }
            state.armed = deadline
            return (id, true)
        }
        if mustArm { queue.async { [weak self] in self?.arm() } }
        return Timer(id: id, queue: self)
    }

    /// Places in the heap, those of cancelled timers included.
    var occupied: Int { state.withLock { $0.heap.occupied } }

    private func cancel(_ id: UInt64) {
        // The body is released here, after the lock: it may own anything.
        _ = state.withLock { $0.heap.remove(id) }
    }

    private func fire() {
        let now = DispatchTime.now().uptimeNanoseconds
        let due = state.withLock { state in
            let due = state.heap.takeDue(at: now)
            state.armed = state.heap.earliest ?? .max
            return due
        }
        arm()
        for body in due { body() }
    }

    /// Sets the source to what the state says. On the queue only, so that an older deadline never overwrites a newer.
    private func arm() {
        let armed = state.withLock { $0.armed }
        source.schedule(
            deadline: armed == .max ? .distantFuture : DispatchTime(uptimeNanoseconds: armed),
            leeway: .nanoseconds(0))
    }

    private static func deadline(after delay: Duration) -> UInt64 {
        let now = DispatchTime.now().uptimeNanoseconds
        let (seconds, attoseconds) = delay.components
        guard delay > .zero else { return now }
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        // A century is as good as never, and far from the end of what Dispatch can count.
        let century: UInt64 = 100 * 365 * 86_400 * 1_000_000_000
        guard !overflow, nanoseconds < century else { return now + century }
        return now + UInt64(nanoseconds) + UInt64(attoseconds / 1_000_000_000)
    }

    private struct Timer: ScheduledTimer {
        let id: UInt64
        weak let queue: DispatchTimerQueue?

        func cancel() { queue?.cancel(id) }
    }
}
