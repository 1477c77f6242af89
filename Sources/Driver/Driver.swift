import Messages
import Locking

/// The notification half of WdFilter, loaded on one host.
///
/// All of its state is behind one lock, which is not held while the engine, a clock or a caller is called. A call that has
/// to wait for the engine takes a completion and holds no thread meanwhile: the completion runs before the call returns
/// when the engine answers at once, else on whatever thread the answer comes.
public final class Driver: Sendable {
    let state: Locked<DriverState>
    let engine: any EnginePort
    let clock: any DriverClock
    let timers: any TimerQueue
    let workQueue: any WorkQueue
    let followerQueue: any WorkQueue

    /// Loads the driver. `workQueue` is this host's alone; those who follow its messages are woken on `followerQueue`, so
    /// that they never hold up the driver's own work.
    public init(
        config: DriverConfig = DriverConfig(), limits: DriverLimits = DriverLimits(), engine: any EnginePort,
        clock: any DriverClock, timers: any TimerQueue, workQueue: any WorkQueue, followerQueue: any WorkQueue
    ) {
        state = Locked(DriverState(config: config, limits: limits))
        self.engine = engine
        self.clock = clock
        self.timers = timers
        self.workQueue = workQueue
        self.followerQueue = followerQueue
    }

    /// Looks at or changes the state, then sees to what that made due.
    func withState<Result: Sendable, Failure: Error>(
        _ body: (inout DriverState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let (result, due, endings) = state.withLock { state in
            let result: Swift.Result<Result, Failure>
            do throws(Failure) { result = .success(try body(&state)) } catch { result = .failure(error) }
            let endings = state.ended.isEmpty ? nil : Endings(records: state.ended, observers: state.observers)
            if endings != nil { state.ended = [] }
            if state.wakeUps.isEmpty { return (result, [DriverState.WakeUp](), endings) }
            defer { state.wakeUps = [] }
            return (result, state.wakeUps, endings)
        }
        endings?.tell()
        for wakeUp in due {
            let queue = if case .followers = wakeUp { followerQueue } else { workQueue }
            queue.async { self.perform(wakeUp) }
        }
        return try result.get()
    }

    private func perform(_ wakeUp: DriverState.WakeUp) {
        switch wakeUp {
        case .worker: runWorker()
        case .granted(let wait, let status): wait.end(status)
        case .steps(let wait, let records): wait.end(records)
        case .drained(let wait, let result): wait.end(result)
        case .room(let wait, let hasRoom): wait.end(hasRoom)
        case .followers(let followers): for wake in followers.lazy.flatMap(\.values) { wake() }
        }
    }
}
