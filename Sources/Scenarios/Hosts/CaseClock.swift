import Driver
import DriverJSON
import Engines
import Messages
import Replay
import Runtime

/// The clock of a host of a case.
enum CaseClock: Sendable {
    /// It starts at a given time and goes with virtual time.
    case virtual(RecordingClock)
    /// That of the machine, until a recording sets it.
    case real(HostClock)

    /// The clock as the driver reads it.
    var driverClock: any DriverClock {
        switch self {
        case .virtual(let clock): clock
        case .real(let clock): clock
        }
    }

    /// Makes the step of a `clock` line of a recording. An advance lets time pass: whatever is due meanwhile happens.
    func make(_ step: ClockStep, _ timers: any TimerQueue, completion: @escaping @Sendable (ClockRefusal?) -> Void) {
        switch (self, step) {
        case (.real(let clock), _):
            clock.make(step)
            completion(nil)
        case (.virtual, .advance(let milliseconds)):
            _ = timers.schedule(after: .milliseconds(milliseconds)) { completion(nil) }
        case (.virtual(let clock), .manual(let now)):
            clock.set(now)
            completion(nil)
        case (.virtual, .events): completion(nil)
        case (.virtual, .system): completion(.virtualTime)
        }
    }
}

extension RecordingClock {
    /// A clock that shows `start` now, and goes with `time`.
    convenience init(startingAt start: FileTime, over time: VirtualTime) {
        self.init(.events, over: time)
        set(start)
    }
}
