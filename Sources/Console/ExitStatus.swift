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
}

/// Ends a subcommand with a message on standard error.
public struct CommandFailure: Error {
    /// The exit code.
    public var status: ExitStatus
    /// The message for standard error, one or more lines.
    public var message: String

    /// Creates a failure with the exit code `status`.
    public init(status: ExitStatus, message: String) {
        self.status = status
        self.message = message
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
            throw CommandFailure(status: .usage, message: error.faults.map(\.description).joined(separator: "\n"))
        }
    }

    /// Creates the failure of a command with an unusable setting.
    public init(_ setting: UnusableSetting) { self.init(status: .usage, message: "\(setting)") }
}
