import Dispatch
import Locking

/// A signal that one thread waits for during a replay.
final class ReplaySignal: Sendable {
    private let isSet = Locked(false)
    private let arrival = DispatchSemaphore(value: 0)

    /// Sets the signal.
    func fire() {
        isSet.withLock { $0 = true }
        arrival.signal()
    }

    /// Waits for the signal: advances virtual time, or blocks without one. False if nothing is left that could set it.
    func wait(in times: MachineTimes?) -> Bool {
        guard let times else {
            arrival.wait()
            return true
        }
        while !isSet.withLock({ $0 }) {
            if !times.step() { return false }
        }
        return true
    }
}
