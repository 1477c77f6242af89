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
            func isWanted(_ name: String) -> Bool { fields?.contains(name) ?? true }
            if isWanted("sequence") { json.member("sequence", message.sequence) }
            if isWanted("kind") { json.member("kind", message.message.kind.rawValue) }
            if isWanted("operation") { json.member("operation", message.message.operationName) }
            if isWanted("delivery") { json.member("delivery", message.delivery.rawValue) }
            if isWanted("status") { json.member("status", message.status.name) }
            if isWanted("acknowledged"), message.message.kind == .sync {
                json.member("acknowledged", message.acknowledged)
            }
            if isWanted("message") {
                json.member("message") { MessageData(message.message, host: host).write(to: &$0) }
            }
        }
        text = String(decoding: json.bytes, as: UTF8.self)
    }
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
