import Bytes
import Console
import Dumps
import Glibc
import JSON
import Messages

/// The bytes to decode: those of a binary file, or the dumps in a text.
struct DecodeInput {
    /// The kind of a file.
    enum Kind: String, CaseIterable {
        /// A dump if the file is text, otherwise binary.
        case auto
        /// The bytes themselves.
        case binary
        /// A dump as text.
        case hex
    }

    /// Maximum size of a file in bytes.
    static let maxFileSize = 1 << 26

    /// The file's name in messages.
    let name: String
    /// Its dumps, in order; binary content is a single one.
    let dumps: [Result<Dump, DumpFault>]

    /// Reads the file at `path`, or standard input for `-`.
    ///
    /// - Parameters:
    ///   - form: What the bytes are.
    ///   - order: The byte order of words without a mark.
    init(path: String, kind: Kind, form: Dissection.Form, order: ByteOrder?) throws(CommandFailure) {
        let name = path == "-" ? "standard input" : path
        try self.init(name: name, content: DecodeInput.read(path, name), kind: kind, form: form, order: order)
    }

    /// Parses the content of a file.
    init(
        name: String, content: [UInt8], kind: Kind, form: Dissection.Form = .detect, order: ByteOrder? = nil
    ) throws(CommandFailure) {
        self.name = name
        func fault(_ detail: String) -> CommandFailure { CommandFailure(status: .usage, message: name + detail) }
        if content.isEmpty { throw fault(": is empty") }
        let text = kind == .binary ? nil : DumpText(content)
        if kind == .hex, text == nil { throw fault(": is not text") }
        if let text {
            if let json = DecodeInput.faultOfJSON(content) { throw fault(": \(json)") }
            let dumps: [Result<Dump, DumpFault>]
            do throws(DumpFault) {
                dumps = try Dump.all(in: text, as: form, order: order)
            } catch {
                throw fault(":\(error.line): \(error.detail)")
            }
            if !dumps.isEmpty {
                self.dumps = dumps
                return
            }
            // Bytes of a code page without any dump are rather not text.
            if kind == .hex || text.isUnicode { throw fault(": has no line that is part of a dump\(text.nearMiss)") }
        }
        dumps = [.success(Dump(content))]
    }

    /// The place of `line`, or of the whole if that is 0, in messages of several lines.
    func place(_ line: Int) -> String { name.escapingInvisible + (line > 0 ? ":\(line)" : "") }

    /// The fault of JSON, a phrase, and nil for any other content: the service answers with JSON unless it is asked for bytes,
    /// and always if it refuses a request.
    private static func faultOfJSON(_ content: [UInt8]) -> String? {
        let start = content.lazy.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }.prefix(2)
        guard ["{\"", "[{", "[]", "{}"].contains(where: { start.elementsEqual($0.utf8) }) else { return nil }
        let problem = try? JSONDocument.read(content) { root -> String? in
            guard root.kind == .object, let object = root.openObject(),
                object["type"]?.string()?.hasPrefix("/problems/") == true
            else { return nil }
            return object["detail"]?.string()
        }
        if let problem { return "this is an error of the service, not a message: \(problem)" }
        return "this is JSON of the API: ask with Accept: application/octet-stream"
    }

    private static func read(_ path: String, _ name: String) throws(CommandFailure) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(name) }
        defer { if path != "-" { close(descriptor) } }
        if path == "-", isatty(descriptor) == 1 {
            StandardStream.error.line("Paste a hex dump, then press Ctrl-D.")
        }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = buffer.withUnsafeMutableBytes { DescriptorIO.read(descriptor, into: $0) }
            if count == 0 { return content }
            guard count > 0 else { throw unreadable(name) }
            content += buffer[..<count]
            guard content.count <= maxFileSize else {
                throw CommandFailure(status: .usage, message: "\(name): has more than \(maxFileSize >> 20) MiB")
            }
        }
    }

    private static func unreadable(_ name: String) -> CommandFailure {
        CommandFailure(status: .usage, message: "\(name): cannot be read: \(String(cString: strerror(errno)))")
    }
}
