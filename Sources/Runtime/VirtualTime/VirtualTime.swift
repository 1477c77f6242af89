public import Driver
import HeapModule
import Locking

/// Time that advances only when there is nothing else to do, and then at once: an hour of waiting takes no time, and
/// two runs are identical.
///
/// For a single thread: the one that runs the drivers also calls `step`.
public final class VirtualTime: TimeSource {
    private struct Entry: Comparable {
        let due: UInt64
        /// If two are due at the same time, the one that was scheduled first runs first.
        let number: UInt64

        static func < (left: Entry, right: Entry) -> Bool { (left.due, left.number) < (right.due, right.number) }
    }

    private struct State {
        var nanoseconds: UInt64 = 0
        var nextNumber: UInt64 = 0
        var entries = Heap<Entry>()
        var bodies: [UInt64: @Sendable () -> Void] = [:]
    }

    private struct Timer: ScheduledTimer {
        let time: VirtualTime
        let number: UInt64

        func cancel() { time.state.withLock { $0.bodies[number] = nil } }
    }

    private let state = Locked(State())

    /// Starts at zero.
    public init() {}

    /// Nanoseconds since the start.
    public var nanoseconds: UInt64 { state.withLock { $0.nanoseconds } }

    /// Calls `body` from `step` once `delay` has passed.
    public func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> any ScheduledTimer {
        let (seconds, attoseconds) = max(delay, .zero).components
        let (span, isBeyond) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (whole, isTooMuch) = span.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
        let nanoseconds = isBeyond || isTooMuch ? .max : whole
        return state.withLock { state in
            let (due, overflow) = state.nanoseconds.addingReportingOverflow(nanoseconds)
            let number = state.nextNumber
            state.nextNumber += 1
            state.entries.insert(Entry(due: overflow ? .max : due, number: number))
            state.bodies[number] = body
            return Timer(time: self, number: number)
        }
    }

    /// Advances to the time of the next timer and calls its body; false if no timer is waiting.
    public func step() -> Bool { step(until: .max) == .ran }

    /// How a step ended.
    public enum Step: Sendable {
        /// A timer was due, and its body was called.
        case ran
        /// The next timer is due later.
        case notDue
        /// No timer is waiting.
        case empty
    }

    /// Advances to the time of the next timer and calls its body, unless that is after `limit`, in nanoseconds since the
    /// start. Time then advances to `limit`; without a timer it stands still.
    public func step(until limit: UInt64) -> Step {
        let (step, body) = state.withLock { state -> (Step, (@Sendable () -> Void)?) in
            while let next = state.entries.min {
                guard let body = state.bodies[next.number] else {
                    state.entries.removeMin()
                    continue
                }
                if next.due > limit {
                    state.nanoseconds = max(state.nanoseconds, limit)
                    return (.notDue, nil)
                }
                state.entries.removeMin()
                state.bodies[next.number] = nil
                state.nanoseconds = next.due
                return (.ran, body)
            }
            return (.empty, nil)
        }
        body?()
        return step
    }
}
