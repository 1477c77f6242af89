import Driver
import Locking

/// Timers that fire on demand.
final class StoppedTimers: TimerQueue {
    private struct Wait: Sendable {
        let delay: Duration
        let body: @Sendable () -> Void
    }

    private struct NoTimer: ScheduledTimer {
        func cancel() {}
    }

    private let waits = Locked<[Wait]>([])

    /// The requested delays that have not fired.
    var waiting: [Duration] { waits.withLock { $0.map(\.delay) } }

    func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> any ScheduledTimer {
        waits.withLock { $0.append(Wait(delay: delay, body: body)) }
        return NoTimer()
    }

    /// Fires all waiting timers, in order of their requests.
    func fireAll() {
        let due = waits.withLock { waits in
            let due = waits
            waits = []
            return due
        }
        for wait in due { wait.body() }
    }
}
