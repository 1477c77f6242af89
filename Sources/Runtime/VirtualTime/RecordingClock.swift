import Bytes
public import Driver
import Locking
public import Messages

/// The clock of a host that shows the time of a recording.
public final class RecordingClock: DriverClock {
    /// How the clock follows the recording.
    public enum Rule: Sendable {
        /// It shows the time of the last event plus the time that has passed since that event.
        case events
        /// It starts at the first event and runs `speed` times as fast as time.
        case running(speed: Double)
    }

    private let time: any TimeSource
    private let rule: Rule
    private let anchor = Locked<(event: FileTime, nanoseconds: UInt64)?>(nil)

    /// A clock that shows `FileTime.none` before the first event.
    public init(_ rule: Rule, over time: any TimeSource) {
        self.rule = rule
        self.time = time
    }

    /// Sets the time of the next event.
    public func advance(toEvent event: FileTime) {
        let nanoseconds = time.nanoseconds
        anchor.withLock { anchor in
            switch rule {
            case .events: anchor = (event, nanoseconds)
            case .running: anchor = anchor ?? (event, nanoseconds)
            }
        }
    }

    /// Sets the time that the clock shows now.
    public func set(_ now: FileTime) {
        let nanoseconds = time.nanoseconds
        anchor.withLock { $0 = (now, nanoseconds) }
    }

    /// Lets time pass until the clock shows a time that is `duration` later, then calls `body`.
    public func advance(by duration: Duration, _ body: @escaping @Sendable () -> Void) {
        let delay: Duration =
            switch rule {
            case .events: duration
            case .running(let speed):
                .nanoseconds(Int64(exactly: (Double(duration.nanoseconds) / speed).rounded()) ?? .max)
            }
        _ = time.schedule(after: delay, body)
    }

    /// The time of the recording; at most `FileTime.latest`, unless the event itself is later.
    public func now() -> FileTime {
        guard let (event, nanoseconds) = anchor.withLock({ $0 }) else { return .none }
        let passed = time.nanoseconds
        let ticks = passed > nanoseconds ? (passed - nanoseconds) / 100 : 0
        switch rule {
        case .events: return event.later(by: ticks)
        case .running(let speed):
            // The result may exceed a UInt64, or the speed may not be a number.
            return event.later(by: UInt64(exactly: (Double(ticks) * speed).rounded(.down)) ?? .max)
        }
    }

    /// Nanoseconds of the time that it runs in.
    public func uptimeNanoseconds() -> UInt64 { time.nanoseconds }
}
