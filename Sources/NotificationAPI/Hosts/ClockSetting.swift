import DriverJSON
import JSON
import Messages
import Runtime

/// The clock mode of a host, as set by a client.
struct ClockSetting: JSONObjectReadable, Hashable, Sendable {
    let mode: HostClock.Mode

    static let members: [StaticString] = ["mode", "now"]

    private enum Name: String, CaseIterable {
        case system, manual, events
    }

    init(mode: HostClock.Mode) { self.mode = mode }

    init?(_ object: JSONObject) {
        guard let name = object.required("mode", { $0.choice(of: Name.self) }) else { return nil }
        switch name {
        case .manual:
            guard let now = object.required("now", { $0.time() }) else { return nil }
            mode = .manual(now)
        case .system, .events:
            if let now = object["now"] {
                now.fault("requires the mode manual")
                return nil
            }
            mode = name == .system ? .system : .events
        }
    }
}
