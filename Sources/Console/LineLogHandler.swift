import Bytes
import JSON
public import Logging
import Messages
import Runtime
public import Settings

/// Makes each log event one line, as text or as a JSON object, and hands that on to be written to standard error.
///
/// What came from a client cannot begin a line of its own: control characters are escaped in both.
public struct LineLogHandler: LogHandler {
    /// Tells which part of the program speaks.
    public let label: String
    /// The shape of a line.
    public let format: LogSettings.Format
    private let write: @Sendable (String) -> Void
    /// The lowest level that is logged.
    public var logLevel: Logger.Level
    /// The values of every line.
    public var metadata: Logger.Metadata = [:]

    /// A handler whose lines go to `write`, which gets them without their ends; to standard error, blocking, without one.
    public init(
        label: String, level: Logger.Level, format: LogSettings.Format,
        write: @escaping @Sendable (String) -> Void = StandardStream.error.line
    ) {
        self.label = label
        self.format = format
        self.write = write
        logLevel = level
    }

    /// One of `metadata`.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes the line of `event`, with the time of the machine.
    public func log(event: LogEvent) {
        write(line(event, time: SystemClock().now().rfc3339))
    }

    /// A queue to standard error for the lines of handlers, which says in a line of its own how many were dropped.
    public static func queue(_ format: LogSettings.Format) -> LineQueue {
        LineQueue(.error) { dropped in
            let event = LogEvent(
                level: .warning, message: "\(dropped) log lines were dropped", metadata: nil, source: "wdfilterd",
                file: #fileID, function: #function, line: #line)
            return LineLogHandler(label: "log", level: .trace, format: format)
                .line(event, time: SystemClock().now().rfc3339)
        }
    }

    /// The line of `event`, which happened at `time`.
    func line(_ event: LogEvent, time: String) -> String {
        var pairs = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues(\.description)
        if let error = event.error { pairs["error"] = "\(error)" }
        let sorted = pairs.sorted { $0.key < $1.key }
        switch format {
        case .text:
            let details = sorted.map { " \($0.key)=\($0.value)" }.joined()
            return Self.escaped("\(time) \(event.level) \(label): \(event.message)\(details)")
        case .json:
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("time", time)
                writer.member("level", event.level.rawValue)
                writer.member("label", label)
                writer.member("message", event.message.description)
                writer.member("metadata") { writer in
                    writer.object { writer in
                        for (key, value) in sorted { writer.member(key: key, value) }
                    }
                }
            }
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }

    /// `text` with each control character as `\u{1b}`.
    public static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.reduce(into: "") { line, scalar in
            if isControl(scalar) {
                line += "\\u{" + scalar.value.hexDigits() + "}"
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        [.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }
}
