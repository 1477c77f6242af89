public import ArgumentParser
public import Logging
import Settings

/// The log options of all subcommands. The log goes to standard error.
public struct LogOptions: ParsableArguments, Sendable {
    /// Minimum level that is logged; nil without the option.
    @Option(help: "Log messages of this level and above to standard error.")
    public var logLevel: Logger.Level?

    /// No options.
    public init() {}

    /// The logger of a subcommand without settings: text, by default from `warning` on. Lines are passed to `write`, which by
    /// default writes to standard error before the log call returns.
    public func logger(
        _ label: String, write: @escaping @Sendable (String) -> Void = StandardStream.error.line
    ) -> Logger {
        Logger(label: label) { _ in
            LineLogHandler(label: label, level: logLevel ?? .warning, format: .text, write: write)
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
