public import ArgumentParser
public import Logging
import Settings

/// What every subcommand can be told about its log, which goes to standard error.
struct LogOptions: ParsableArguments {
    @Option(help: "Log messages of this level and above to standard error.")
    var logLevel: Logger.Level?

    /// The log of a subcommand without settings: text, from `warning` on unless told otherwise. `write` gets the lines; without
    /// one they are written to standard error before the call that logs them returns.
    func logger(
        _ label: String, write: @escaping @Sendable (String) -> Void = StandardStream.error.line
    ) -> Logger {
        Logger(label: label) { _ in
            LineLogHandler(label: label, level: logLevel ?? .warning, format: .text, write: write)
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
