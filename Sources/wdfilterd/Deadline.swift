import Dispatch
import Locking

/// A value that one thread waits for, for a limited time.
final class Deadline<Value: Sendable>: Sendable {
    private let value = Locked<Value?>(nil)
    private let isThere = DispatchSemaphore(value: 0)

    /// Hands the value over.
    func put(_ new: Value) {
        value.withLock { $0 = new }
        isThere.signal()
    }

    /// Blocks until the value is there, or returns nil when the time is over.
    func take(within time: Duration) -> Value? {
        let nanoseconds = time.components.seconds * 1_000_000_000 + time.components.attoseconds / 1_000_000_000
        _ = isThere.wait(timeout: .now() + .nanoseconds(Int(nanoseconds)))
        return value.withLock { $0 }
    }
}
