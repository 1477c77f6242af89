import Dispatch
import Locking
import Runtime

/// A value that one thread waits for, for a limited time.
public final class Deadline<Value: Sendable>: Sendable {
    private let value = Locked<Value?>(nil)
    private let isThere = DispatchSemaphore(value: 0)

    /// No value yet.
    public init() {}

    /// Hands the value over.
    public func put(_ new: Value) {
        value.withLock { $0 = new }
        isThere.signal()
    }

    /// Blocks until the value is there, or returns nil when the time is over.
    public func take(within time: Duration) -> Value? {
        _ = isThere.wait(timeout: .after(time))
        return value.withLock { $0 }
    }
}
