public import Logging

/// What is logged, and how. Group `log`.
public struct LogSettings: Hashable, Sendable {
    /// The shape of a line.
    public enum Format: String, CaseIterable, Sendable {
        /// For people.
        case text
        /// One JSON object a line.
        case json
    }

    /// The least severe level that is logged.
    public var level = Logger.Level.info
    /// The shape of a line.
    public var format = Format.text

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader) {
        reader.choice("log.level", &level)
        reader.choice("log.format", &format)
    }
}
