import Driver
import Locking

/// A request that waits until a host has something new for it, or its time is over.
final class NewsWait: Sendable {
    private struct State {
        var isOver = false
        var followerID: UInt64?
        var timers: [any ScheduledTimer] = []
    }

    private let driver: Driver
    private let timers: any TimerQueue
    private let follow: @Sendable (_ wake: @escaping @Sendable () -> Void) -> StreamFollowing
    private let isSatisfied: @Sendable () -> Bool
    private let completion: @Sendable () -> Void
    private let state = Locked(State())

    /// A wait that calls `completion` once: when `isSatisfied` returns true, which it is asked whenever there is something new
    /// according to `follow`, or when the time is over.
    init(
        of driver: Driver, timers: any TimerQueue,
        follow: @escaping @Sendable (_ wake: @escaping @Sendable () -> Void) -> StreamFollowing,
        isSatisfied: @escaping @Sendable () -> Bool, completion: @escaping @Sendable () -> Void
    ) {
        self.driver = driver
        self.timers = timers
        self.follow = follow
        self.isSatisfied = isSatisfied
        self.completion = completion
    }

    /// Begins to wait for at most `timeout`, or until the client of `call` disconnects.
    func begin(for call: Call, timeout: Duration) {
        call.reply.onDisconnect { _ = self.end() }
        schedule(after: timeout) { self.finish() }
        check()
    }

    private func check() {
        while state.withLock({ !$0.isOver }) {
            if isSatisfied() { return finish() }
            switch follow({ self.check() }) {
            case .ready: continue
            case .waiting(let id):
                let isOver = state.withLock { state in
                    // The wake-up may have come first, and followed again.
                    state.followerID = max(state.followerID ?? 0, id)
                    return state.isOver
                }
                if isOver { driver.stopFollowing(id) }
                return
            case .after(let delay): return schedule(after: delay) { self.check() }
            case .ended: return finish()
            }
        }
    }

    private func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) {
        let timer = timers.schedule(after: delay, body)
        let isOver = state.withLock { state in
            state.timers.append(timer)
            return state.isOver
        }
        if isOver { timer.cancel() }
    }

    private func finish() { if end() { completion() } }

    /// Ends the wait; false if it was over.
    private func end() -> Bool {
        let (wasOver, followerID, timers) = state.withLock { state in
            defer { state = State(isOver: true) }
            return (state.isOver, state.followerID, state.timers)
        }
        if let followerID { driver.stopFollowing(followerID) }
        for timer in timers { timer.cancel() }
        return !wasOver
    }
}
