import EventJSON
import JSON
import Messages
import Runtime

/// A host's clock as a client sets it.
struct ClockSetting: Hashable, Sendable {
    let mode: HostClock.Mode

    static let members: [StaticString] = ["mode", "now"]

    private enum Name: String, CaseIterable {
        case system, manual, events
    }

    init?(_ object: JSONObject) {
        let now = object.optional("now") { $0.time() }
        guard let name = object.required("mode", { $0.choice(of: Name.self) }) else { return nil }
        switch (name, object["now"] != nil) {
        case (.manual, false):
            object.value.fault("a manual clock needs the member now")
            return nil
        case (.manual, true):
            guard let now else { return nil }
            mode = .manual(now)
        case (.system, true), (.events, true):
            object["now"]?.fault("is for the mode manual")
            return nil
        case (.system, false): mode = .system
        case (.events, false): mode = .events
        }
    }
}
