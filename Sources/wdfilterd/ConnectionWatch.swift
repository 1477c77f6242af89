import Dispatch
import Runtime

/// Checks once a second whether all connections of a server are in use, and reports when that begins and ends.
final class ConnectionWatch: Sendable {
    private nonisolated(unsafe) let timer: any DispatchSourceTimer  // its functions may be called from any thread

    /// Calls `full` when `count` reaches `limit`, and `free` when it is below again, both on a dedicated queue.
    init(
        limit: Int, _ count: @escaping @Sendable () -> Int, full: @escaping @Sendable () -> Void,
        free: @escaping @Sendable () -> Void
    ) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "wdfilterd.connections"))
        timer.schedule(deadline: .now() + .seconds(1), repeating: .seconds(1))
        nonisolated(unsafe) var report = FullnessReport()  // used by the handler only
        timer.setEventHandler {
            switch report.update(isFull: count() >= limit, at: SystemClock().uptimeNanoseconds()) {
            case .full: full()
            case .free: free()
            case nil: break
            }
        }
        timer.activate()
    }

    /// Stops checking.
    func stop() { timer.cancel() }
}

/// Decides when to log that all connections are in use, or that some are free again: at most once a minute each.
struct FullnessReport {
    enum Event { case full, free }

    private static let pause: UInt64 = 60_000_000_000

    private var isFull = false
    /// When it last reported that all connections are in use.
    private var last: UInt64?

    /// Updates the state at `uptime`, in nanoseconds; returns the event to log, if any.
    mutating func update(isFull: Bool, at uptime: UInt64) -> Event? {
        guard isFull != self.isFull else { return nil }
        if isFull {
            if let last, uptime - last < Self.pause { return nil }
            last = uptime
        }
        self.isFull = isFull
        return isFull ? .full : .free
    }
}
