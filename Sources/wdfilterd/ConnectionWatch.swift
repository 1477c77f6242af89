import Dispatch

/// Looks each second whether all connections of a server are taken, and says so once.
final class ConnectionWatch: Sendable {
    private nonisolated(unsafe) let timer: any DispatchSourceTimer  // its functions may be called from any thread

    /// Calls `full`, at most once and on a thread of its own, when `count` has reached `limit`.
    init(limit: Int, _ count: @escaping @Sendable () -> Int, full: @escaping @Sendable () -> Void) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "wdfilterd.engine.connections"))
        timer.schedule(deadline: .now() + .seconds(1), repeating: .seconds(1))
        timer.setEventHandler { [unowned self] in
            guard count() >= limit else { return }
            full()
            timer.cancel()
        }
        timer.activate()
    }

    /// Ends the looking.
    func stop() { timer.cancel() }
}
