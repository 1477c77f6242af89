import Dispatch
import Runtime

/// Looks each second whether all connections of a server are taken, and says when that begins and when it is over.
final class ConnectionWatch: Sendable {
    private nonisolated(unsafe) let timer: any DispatchSourceTimer  // its functions may be called from any thread

    /// Calls `full` when `count` has reached `limit`, and `free` when it is below again, both on a thread of its own.
    init(
        limit: Int, _ count: @escaping @Sendable () -> Int, full: @escaping @Sendable () -> Void,
        free: @escaping @Sendable () -> Void
    ) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "wdfilterd.connections"))
        timer.schedule(deadline: .now() + .seconds(1), repeating: .seconds(1))
        nonisolated(unsafe) var report = FullnessReport()  // used by the handler only
        timer.setEventHandler {
            switch report.look(isFull: count() >= limit, at: SystemClock().uptimeNanoseconds()) {
            case .full: full()
            case .free: free()
            case nil: break
            }
        }
        timer.activate()
    }

    /// Ends the looking.
    func stop() { timer.cancel() }
}

/// What to say of places that are all taken, or free again: no more than one of each a minute.
struct FullnessReport {
    enum Event { case full, free }

    private static let pause: UInt64 = 60_000_000_000

    private var isFull = false
    /// When it was last said that all are taken.
    private var last: UInt64?

    /// A look at `uptime`, in nanoseconds.
    mutating func look(isFull: Bool, at uptime: UInt64) -> Event? {
        guard isFull != self.isFull else { return nil }
        if isFull {
            if let last, uptime - last < Self.pause { return nil }
            last = uptime
        }
        self.isFull = isFull
        return isFull ? .full : .free
    }
}
