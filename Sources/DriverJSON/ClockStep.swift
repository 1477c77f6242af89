public import JSON
public import Messages

/// A change of a host's clock: the body of `PUT /clock`, and a native line.
public enum ClockStep: JSONObjectReadable, Hashable, Sendable {
    /// The clock shows the machine's own time.
    case system
    /// The clock shows the time of the last recorded event.
    case events
    /// The clock stands still at a time.
    case manual(FileTime)
    /// The clock stands still at the time that it shows now and so many milliseconds.
    case advance(milliseconds: UInt64)

    private enum Mode: String, CaseIterable {
        case system, manual, events
    }

    /// The members of a step.
    public static let members: [StaticString] = ["mode", "now", "advanceByMs"]

    /// The longest advance in milliseconds: a hundred years of 365 days.
    public static let longestAdvance: UInt64 = 100 * 365 * 86_400_000

    /// Reads a step; nil after a fault.
    public init?(_ object: JSONObject) {
        guard let mode = object.requiredChoice("mode", of: Mode.self) else { return nil }
        switch mode {
        case .manual:
            guard let advance = object["advanceByMs"] else {
                guard let now = object.required("now", { $0.time() }) else { return nil }
                self = .manual(now)
                return
            }
            if object["now"] != nil {
                advance.fault("not allowed beside \"now\"")
                return nil
            }
            guard let milliseconds = advance.unsigned(in: 0...ClockStep.longestAdvance) else { return nil }
            self = .advance(milliseconds: milliseconds)
        case .system, .events:
            for value in [object["now"], object["advanceByMs"]] {
                guard let value else { continue }
                value.fault("requires \"mode\":\"manual\"")
                return nil
            }
            self = mode == .system ? .system : .events
        }
    }
}
