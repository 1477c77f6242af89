/// What is logged, and how. Group `log`.
public struct LogSettings: Hashable, Sendable {
    /// From which weight on something is logged, least first.
    public enum Level: String, CaseIterable, Sendable {
        /// Each step.
        case trace
        /// What helps to find a fault.
        case debug
        /// The course of things.
        case info
        /// What is out of the ordinary.
        case notice
        /// What may become a fault.
        case warning
        /// What failed.
        case error
        /// What the service cannot live with.
        case critical
    }

    /// The shape of a line.
    public enum Format: String, CaseIterable, Sendable {
        /// For people.
        case text
        /// One JSON object a line.
        case json
    }

    /// From which weight on.
    public var level = Level.info
    /// The shape of a line.
    public var format = Format.text

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader) {
        reader.choice("log.level", &level)
        reader.choice("log.format", &format)
    }
}
