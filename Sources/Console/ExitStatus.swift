public import Settings

/// What the exit codes mean, in every subcommand.
public enum ExitStatus: Int32, Sendable {
    /// All went well.
    case fine = 0
    /// An expectation or a threshold was not met.
    case notMet = 1
    /// Usage, configuration or an input file is wrong.
    case usage = 2
    /// The tool itself, the server or the engine failed.
    case failed = 3
}

/// Ends a subcommand with a message on standard error.
public struct CommandFailure: Error {
    /// The exit code.
    public var status: ExitStatus
    /// What standard error gets, one or more lines.
    public var message: String

    /// A failure with the exit code `status`.
    public init(status: ExitStatus, message: String) {
        self.status = status
        self.message = message
    }
}

extension CommandFailure {
    /// Runs `body` and turns faulty settings into a failure that lists them, one a line.
    public static func reportingFaults<Result>(_ body: () throws(InvalidSettings) -> Result) throws(CommandFailure)
        -> Result
    {
        do {
            return try body()
        } catch {
            throw CommandFailure(status: .usage, message: error.faults.map(\.description).joined(separator: "\n"))
        }
    }

    /// The failure of a command whose settings name something that cannot be used.
    public init(_ setting: UnusableSetting) { self.init(status: .usage, message: "\(setting)") }
}
