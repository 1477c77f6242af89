import Driver
import DriverJSON
import JSON
import Messages

/// A message as a line of a golden file.
struct GoldenLine {
    let text: String

    /// `message` of `host` with the given members, in the order of the line.
    init(_ message: ObservedMessage, fields: [String]?, host: String) {
        var json = JSONWriter()
        json.object { json in
            for member in Self.members where fields?.contains(member.name) ?? true {
                member.write(message, host, &json)
            }
        }
        text = String(decoding: json.bytes, as: UTF8.self)
    }

    /// The members in the order of the line.
    static let members: [(name: String, write: @Sendable (ObservedMessage, String, inout JSONWriter) -> Void)] = [
        ("sequence", { $2.member("sequence", $0.sequence) }),
        ("kind", { $2.member("kind", $0.message.kind.rawValue) }),
        ("operation", { $2.member("operation", $0.message.operationName) }),
        ("delivery", { $2.member("delivery", $0.delivery.rawValue) }),
        ("status", { $2.member("status", $0.status.name) }),
        ("acknowledged", { if $0.message.kind == .sync { $2.member("acknowledged", $0.acknowledged) } }),
        (
            "message",
            { message, host, json in
                json.member("message") { MessageData(message.message, host: host).write(to: &$0) }
            }
        ),
    ]
}

/// The golden files of a run: read and compared, or, with `--update`, written.
public protocol GoldenFiles: Sendable {
    /// The lines of `file`; nil if it does not exist.
    func lines(of file: GoldenFile) throws(HostFault) -> [String]?

    /// Takes the lines that the case `title` found as the new content of `file`; false if files are not being updated.
    func update(_ file: GoldenFile, to lines: [String], by title: String) -> Bool
}

/// No golden files: every file seems to be missing.
public struct NoGoldenFiles: GoldenFiles {
    /// No files.
    public init() {}

    /// Always nil.
    public func lines(of file: GoldenFile) -> [String]? { nil }

    /// Always false.
    public func update(_ file: GoldenFile, to lines: [String], by title: String) -> Bool { false }
}
