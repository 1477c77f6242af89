import Dispatch
import Locking

/// Cuts connections whose client is too slow, or has gone in the middle of a request.
///
/// libmicrohttpd's own time-out begins again with each byte: a client that sends one a second would stay for ever.
final class DeadlineSweeper: Sendable {
    private let timer: Locked<any DispatchSourceTimer>

    /// Looks at the connections of `core` four times in the time a request has, and once a second at least.
    init(_ core: DaemonCore) {
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "microhttpd.deadlines"))
        let interval = DispatchTimeInterval.nanoseconds(Int(min(core.requestTime / 4, 1_000_000_000)))
        timer.schedule(deadline: .now() + interval, repeating: interval)
        timer.setEventHandler { core.sweep() }
        timer.activate()
        self.timer = Locked(timer)
    }

    deinit {
        timer.withLock { $0.cancel() }
    }
}
