/// What the exit codes mean, in every subcommand.
enum ExitStatus: Int32 {
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
struct CommandFailure: Error {
    /// The exit code.
    var status: ExitStatus
    /// One or more lines, without the program's name.
    var message: String
}
