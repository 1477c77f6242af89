import Bytes
import JSON
public import Logging
import Messages
import Runtime
public import Settings

/// Formats each log event as one line, as text or as a JSON object, and passes it to a writer.
///
/// Control characters are escaped in both formats, so that client data cannot start a new line.
public struct LineLogHandler: LogHandler {
    /// The part of the program that logs.
    public let label: String
    /// Line format.
    public let format: LogSettings.Format
    private let write: @Sendable (String) -> Void
    /// Minimum level that is logged.
    public var logLevel: Logger.Level
    /// Values that are added to every line.
    public var metadata: Logger.Metadata = [:]

    /// Creates a handler that passes lines without newlines to `write`; the default writes to standard error and blocks.
    public init(
        label: String, level: Logger.Level, format: LogSettings.Format,
        write: @escaping @Sendable (String) -> Void = StandardStream.error.line
    ) {
        self.label = label
        self.format = format
        self.write = write
        logLevel = level
    }

    /// Accesses one entry of `metadata`.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes the line of `event` with the current time.
    public func log(event: LogEvent) {
        write(line(event, time: SystemClock().now().rfc3339))
    }

    /// A queue of log lines for standard error, which reports dropped lines in a separate line.
    public static func queue(_ format: LogSettings.Format) -> LineQueue {
        LineQueue(.error) { dropped in
            let event = LogEvent(
                level: .warning, message: "\(dropped.dropped("log line"))", metadata: nil, source: "wdfilterd",
                file: #fileID, function: #function, line: #line)
            return LineLogHandler(label: "log", level: .trace, format: format)
                .line(event, time: SystemClock().now().rfc3339)
        }
    }

    /// Formats `event` with `time`.
    func line(_ event: LogEvent, time: String) -> String {
        var pairs = metadata.merging(event.metadata ?? [:]) { $1 }
        if let error = event.error { pairs["error"] = "\(error)" }
        let sorted = pairs.sorted { $0.key < $1.key }
        switch format {
        case .text:
            let details = sorted.map { " \($0.key)=\($0.value)" }.joined()
            return "\(time) \(event.level) \(label): \(event.message)\(details)".escapingInvisible
        case .json:
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("time", time)
                writer.member("level", event.level.rawValue)
                writer.member("label", label)
                writer.member("message", event.message.description)
                writer.member("metadata") { writer in
                    writer.object { writer in
                        for (key, value) in sorted { writer.member(key: key) { value.write(to: &$0) } }
                    }
                }
            }
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }
}

extension Logger.MetadataValue {
    /// Writes numbers as numbers, and everything else as text.
    fileprivate func write(to json: inout JSONWriter) {
        switch self {
        case .stringConvertible(let number as Int): json.value(number)
        case .stringConvertible(let number as Int64): json.value(number)
        case .stringConvertible(let number as UInt64): json.value(number)
        default: json.value(description)
        }
    }
}
