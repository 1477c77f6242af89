public import Logging
public import NotificationAPI

/// The log's level and format. Group `log`.
public struct LogSettings: Hashable, Sendable {
    /// Line format.
    public enum Format: String, CaseIterable, Sendable {
        /// For people.
        case text
        /// One JSON object per line.
        case json
    }

    /// The requests that are logged at level info; all are logged at debug.
    public var requests = NotificationAPI.LoggedRequests.none
    /// The minimum severity that is logged.
    public var level = Logger.Level.info
    /// Line format.
    public var format = Format.text

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader) {
        reader.choice("log.level", &level)
        reader.choice("log.format", &format)
        reader.choice("log.requests", &requests)
    }
}
