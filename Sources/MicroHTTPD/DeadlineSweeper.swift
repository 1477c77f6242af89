import Dispatch
import Locking

/// Cuts connections whose client is too slow or has disconnected during a request.
///
/// libmicrohttpd's own timeout restarts with each byte: a client that sends one per second could stay forever.
final class DeadlineSweeper: Sendable {
    private let timer: Locked<any DispatchSourceTimer>

    /// Checks the connections of `core` four times per request deadline, and at least once per second.
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
