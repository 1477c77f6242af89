import Driver
import Glibc
import Messages

/// An engine that takes each message and answers nothing.
struct SilentEngine: EnginePort {
    func send(_ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void) {
        completion(EngineResult(status: .success))
    }
}

/// A clock that does not advance, so that reading the system's is not measured.
struct StoppedClock: DriverClock {
    func now() -> FileTime { .unixEpoch }
    func uptimeNanoseconds() -> UInt64 { 0 }
}

/// Timers that never fire: nothing that is measured waits.
struct NoTimers: TimerQueue {
    func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> any ScheduledTimer { Never() }

    struct Never: ScheduledTimer {
        func cancel() {}
    }
}

/// A queue that runs nothing, so that the worker takes no message.
struct IdleQueue: WorkQueue {
    func async(_ body: @escaping @Sendable () -> Void) {}
}

/// A thread of the system.
struct Thread {
    private let id: pthread_t

    /// Starts a thread that runs `body`.
    init(_ body: @escaping @Sendable () -> Void) {
        final class Box {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var id = pthread_t()
        let box = Unmanaged.passRetained(Box(body))
        let result = pthread_create(
            &id, nil,
            { argument in
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        precondition(result == 0, "pthread_create: \(result)")
        self.id = id
    }

    /// Waits for its end.
    func join() { pthread_join(id, nil) }
}
