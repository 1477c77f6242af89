public import DriverJSON
import JSON
public import Runtime

/// The clock mode of a new host, as set by a client.
struct ClockSetting: JSONObjectReadable, Hashable, Sendable {
    let mode: HostClock.Mode

    static let members: [StaticString] = ["mode", "now"]

    init(mode: HostClock.Mode) { self.mode = mode }

    init?(_ object: JSONObject) {
        switch ClockStep(object) {
        case .system: mode = .system
        case .events: mode = .events
        case .manual(let now): mode = .manual(now)
        case .advance, nil: return nil
        }
    }
}

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
