import Dispatch
import Locking
import Runtime

/// A value that a thread waits for with a timeout.
public final class Deadline<Value: Sendable>: Sendable {
    private let value = Locked<Value?>(nil)
    private let isAvailable = DispatchSemaphore(value: 0)

    /// Creates a deadline without a value.
    public init() {}

    /// Sets the value and wakes the waiting thread.
    public func put(_ new: Value) {
        value.withLock { $0 = new }
        isAvailable.signal()
    }

    /// Blocks until there is a value; returns nil after the timeout.
    public func take(within time: Duration) -> Value? {
        _ = isAvailable.wait(timeout: .after(time))
        return value.withLock { $0 }
    }
}
