import Bytes
import Dispatch
import Locking
import Runtime

/// A signal that the thread of a case waits for.
public final class CaseSignal: Sendable {
    private let flag = Locked(false)
    private let arrival = DispatchSemaphore(value: 0)

    /// A signal that is not set.
    public init() {}

    /// Whether it is set.
    public var isSet: Bool { flag.withLock { $0 } }

    /// Sets it.
    public func set() {
        flag.withLock { $0 = true }
        arrival.signal()
    }

    /// Blocks until it is set, at most for `duration`; false if it is not set then.
    func block(for duration: Duration?) -> Bool {
        if isSet { return true }
        guard let duration else {
            arrival.wait()
            return true
        }
        return arrival.wait(timeout: .after(duration)) == .success
    }
}
