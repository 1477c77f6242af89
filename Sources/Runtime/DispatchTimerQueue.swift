import Dispatch
public import Driver

/// The timers of all hosts, on a serial queue of their own.
///
/// Each timer is a Dispatch source: setting and canceling one takes about a microsecond, little more than a heap of
/// deadlines over a single source would take.
public struct DispatchTimerQueue: TimeSource {
    private let queue = DispatchQueue(label: "wdfilterd.timers", qos: .userInitiated)

    /// A queue with no timers.
    public init() {}

    /// Nanoseconds of the system's uptime.
    public var nanoseconds: UInt64 { SystemClock().uptimeNanoseconds() }

    /// Calls `body` once, `delay` from now, on the queue's thread; as soon as possible if `delay` is not positive.
    ///
    /// This happens even if this value and the returned timer are released meanwhile.
    public func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> any ScheduledTimer {
        let source = DispatchSource.makeTimerSource(flags: .strict, queue: queue)
        // The handler keeps the source alive; canceling releases the handler, and with it both.
        source.setEventHandler {
            source.cancel()
            body()
        }
        source.schedule(deadline: .after(delay), leeway: .nanoseconds(0))
        source.activate()
        return SourceTimer(source: source)
    }
}

/// A timer backed by a Dispatch source.
private struct SourceTimer: ScheduledTimer {
    nonisolated(unsafe) let source: any DispatchSourceTimer  // a libdispatch object, which any thread may use

    func cancel() { source.cancel() }
}
