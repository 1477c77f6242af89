public import ArgumentParser
public import Logging
import Settings

/// What every subcommand can be told about its log, which goes to standard error.
public struct LogOptions: ParsableArguments, Sendable {
    /// The lowest level that is logged; nil if no option gives it.
    @Option(help: "Log messages of this level and above to standard error.")
    public var logLevel: Logger.Level?

    /// No options.
    public init() {}

    /// The log of a subcommand without settings: text, from `warning` on unless told otherwise. `write` gets the lines; without
    /// one they are written to standard error before the call that logs them returns.
    public func logger(
        _ label: String, write: @escaping @Sendable (String) -> Void = StandardStream.error.line
    ) -> Logger {
        Logger(label: label) { _ in
            LineLogHandler(label: label, level: logLevel ?? .warning, format: .text, write: write)
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
