import DriverJSON
import JSON
import Runtime

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
