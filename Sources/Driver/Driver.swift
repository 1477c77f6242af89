import Locking
import Messages
import Synchronization

/// The notification half of WdFilter, loaded on one host.
///
/// One lock protects all of its state. It is not held while the engine, a clock or a caller's closure is called. A call
/// that must wait for the engine takes a completion and blocks no thread. If the engine answers at once, the completion
/// runs before the call returns; otherwise it runs on the thread that delivers the answer.
public final class Driver: Sendable {
    let state: Locked<DriverState>
    let engine: any EnginePort
    let clock: any DriverClock
    let timers: any TimerQueue
    let workQueue: any WorkQueue
    let followerQueue: any WorkQueue
    /// Weak: it knows the drivers.
    weak let historyMemory: (any HistoryMemory)?
    /// The number of the message that the worker is just passing to the engine; 0 if none.
    let handingOver = Atomic<UInt64>(0)

    /// Loads the driver. `workQueue` serves this host alone. Followers of its messages are woken on `followerQueue`, so
    /// that they never delay the driver's own work. `historyMemory` knows the memory of all histories and decisions.
    public init(
        config: DriverConfig = DriverConfig(), limits: DriverLimits = DriverLimits(), engine: any EnginePort,
        clock: any DriverClock, timers: any TimerQueue, workQueue: any WorkQueue, followerQueue: any WorkQueue,
        historyMemory: (any HistoryMemory)? = nil
    ) {
        state = Locked(DriverState(config: config, limits: limits))
        self.engine = engine
        self.clock = clock
        self.timers = timers
        self.workQueue = workQueue
        self.followerQueue = followerQueue
        self.historyMemory = historyMemory
    }

    deinit { historyMemory?.grew(by: -withState { $0.reportedBytes }) }

    /// Runs `body` under the lock, then notifies observers and schedules the wake-ups that `body` made due.
    @inline(__always)
    func withState<Result: Sendable, Failure: Error>(
        _ body: (inout DriverState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var due: DriverState.Due?
        defer { if let due { perform(due) } }
        return try state.withLock { state throws(Failure) in
            defer { due = state.takeDue() }
            return try body(&state)
        }
    }

    private func perform(_ due: DriverState.Due) {
        due.observed?.notify()
        for wakeUp in due.wakeUps {
            switch wakeUp {
            case .followers, .memory: followerQueue.async { self.perform(wakeUp) }
            default: workQueue.async { self.perform(wakeUp) }
            }
        }
    }

    private func perform(_ wakeUp: DriverState.WakeUp) {
        switch wakeUp {
        case .worker: runWorker()
        case .gathering(let timer, let delay): gather(timer, delay)
        case .gathered(let timer): timer.end(())
        case .granted(let wait, let status): wait.end(status)
        case .steps(let wait, let records): wait.end(records)
        case .drained(let wait, let result): wait.end(result)
        case .room(let wait, let hasRoom): wait.end(hasRoom)
        case .memory(let bytes): historyMemory?.grew(by: bytes)
        case .followers(let followers): for wake in followers.lazy.flatMap(\.values) { wake() }
        }
    }
}
