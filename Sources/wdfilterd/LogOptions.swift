public import ArgumentParser
import Logging
public import Settings

/// What every subcommand can be told about its log, which goes to standard error.
struct LogOptions: ParsableArguments {
    @Option(help: "Log to standard error what is at least this important.")
    var logLevel: LogSettings.Level?

    /// The log of a subcommand without settings: text, from `warning` on unless told otherwise. `write` gets the lines; without
    /// one they are written to standard error before the call that logs them returns.
    func logger(
        _ label: String, write: @escaping @Sendable (String) -> Void = StandardStream.error.line
    ) -> Logger {
        Logger(label: label) { _ in
            LineLogHandler(label: label, level: logLevel?.loggerLevel ?? .warning, format: .text, write: write)
        }
    }
}

extension LogSettings.Level: ExpressibleByArgument {}

extension LogSettings.Level {
    /// The same level in the words of swift-log.
    var loggerLevel: Logger.Level {
        switch self {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
