import Dispatch
import Locking
import Runtime

/// Something that one thread waits for while a replay goes on.
final class ReplaySignal: Sendable {
    private let isSet = Locked(false)
    private let arrival = DispatchSemaphore(value: 0)

    /// It has come.
    func fire() {
        isSet.withLock { $0 = true }
        arrival.signal()
    }

    /// Waits until it comes: in virtual time by letting that pass, else by blocking. False when nothing will ever come.
    func wait(in time: VirtualTime?) -> Bool {
        guard let time else {
            arrival.wait()
            return true
        }
        while !isSet.withLock({ $0 }) {
            if !time.step() { return false }
        }
        return true
    }
}
