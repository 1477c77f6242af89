import Dispatch
public import Driver

/// The timers of all hosts, on one serial queue of their own.
///
/// A Dispatch source each: setting and cancelling one takes about a microsecond, little more than a heap of deadlines
/// over a single source would.
public struct DispatchTimerQueue: TimerQueue {
    private let queue = DispatchQueue(label: "wdfilterd.timers", qos: .userInitiated)

    /// A queue with no timers.
    public init() {}

    /// Calls `body` once, `delay` from now, on the queue's thread; as soon as can be when `delay` is not positive.
    ///
    /// It does so even when this value and the timer that is returned are dropped meanwhile.
    public func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> any ScheduledTimer {
        let source = DispatchSource.makeTimerSource(flags: .strict, queue: queue)
        // The handler keeps the source alive; cancelling lets go of the handler, and so of both.
        source.setEventHandler {
            source.cancel()
            body()
        }
        source.schedule(deadline: .after(delay), leeway: .nanoseconds(0))
        source.activate()
        return SourceTimer(source: source)
    }
}

/// A timer that is a Dispatch source.
private struct SourceTimer: ScheduledTimer {
    nonisolated(unsafe) let source: any DispatchSourceTimer  // a libdispatch object, which any thread may use

    func cancel() { source.cancel() }
}
