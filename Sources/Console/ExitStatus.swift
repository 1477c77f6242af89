import Bytes
public import Settings

/// The exit codes of all subcommands.
public enum ExitStatus: Int32, Sendable {
    /// Success.
    case fine = 0
    /// An expectation or a threshold was not met.
    case notMet = 1
    /// Wrong usage, configuration or input file.
    case usage = 2
    /// The tool itself, the server or the engine failed.
    case failed = 3
    /// SIGHUP, after what was known was written.
    case hungUp = 129
    /// Ctrl-C, likewise.
    case interrupted = 130
    /// SIGTERM, likewise.
    case terminated = 143
}

/// Ends a subcommand with a message on standard error.
public struct CommandFailure: Error {
    /// The exit code.
    public var status: ExitStatus
    /// The message for standard error, one or more lines, safe to show in a terminal.
    public let message: String

    /// Creates a failure with a message of one line. Line breaks in it, which can only come from values that it quotes, are
    /// escaped like control characters.
    public init(status: ExitStatus, message: String) {
        self.status = status
        self.message = message.escapingInvisible
    }

    /// Creates a failure with a message of several lines. Control characters are escaped.
    public init(status: ExitStatus, lines: String) {
        self.status = status
        message = lines.escapingInvisibleInLines
    }
}

extension CommandFailure {
    /// Runs `body` and converts invalid settings to a failure that lists the faults, one per line.
    public static func reportingFaults<Result>(_ body: () throws(InvalidSettings) -> Result) throws(CommandFailure)
        -> Result
    {
        do {
            return try body()
        } catch {
            throw CommandFailure(status: .usage, lines: error.faults.map(\.description).joined(separator: "\n"))
        }
    }

    /// Creates the failure of a command with an unusable setting.
    public init(_ setting: UnusableSetting) { self.init(status: .usage, message: "\(setting)") }
}
