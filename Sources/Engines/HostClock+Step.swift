public import DriverJSON
public import Runtime

extension HostClock {
    /// Makes `step`, at once and for all threads.
    public func make(_ step: ClockStep) {
        switch step {
        case .system: set(.system)
        case .events: set(.events)
        case .manual(let now): set(.manual(now))
        case .advance(let milliseconds): advance(by: .milliseconds(milliseconds))
        }
    }
}
