import Bytes
import Console
import Glibc
import JSON

/// The bytes to decode, from a binary file or a text dump.
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
    let bytes: [UInt8]
    /// Address of the first byte, if the dump has addresses.
    var address: UInt64?

    /// Reads the file at `path`, or standard input for `-`.
    init(path: String, kind: Kind) throws(CommandFailure) {
        let name = path == "-" ? "standard input" : path
        try self.init(name: name, content: DecodeInput.read(path, name), kind: kind)
    }

    /// Parses the content of a file.
    init(name: String, content: [UInt8], kind: Kind) throws(CommandFailure) {
        self.name = name
        if content.isEmpty { throw CommandFailure(status: .usage, message: "\(name): is empty") }
        let text = DecodeInput.text(of: content)
        guard kind == .hex || kind == .auto && text != nil else {
            bytes = content
            return
        }
        guard let text else { throw CommandFailure(status: .usage, message: "\(name): is not text") }
        do throws(HexDumpFault) {
            let dump = try HexDump(text)
            (bytes, address) = (dump.bytes, dump.address)
        } catch {
            if let fault = DecodeInput.faultOfJSON(text) {
                throw CommandFailure(status: .usage, message: "\(name): \(fault)")
            }
            let location = error.line > 0 ? "\(name):\(error.line)" : name
            throw CommandFailure(status: .usage, message: "\(location): \(error.detail)")
        }
    }

    /// The fault of a text that is JSON, a phrase, and nil for any other text: the service answers with JSON unless it is asked
    /// for bytes, and always if it refuses a request.
    private static func faultOfJSON(_ text: String) -> String? {
        let start = text.unicodeScalars.lazy.filter { !$0.properties.isWhitespace }.prefix(2)
        guard start.first == "[" || start.elementsEqual("{\"".unicodeScalars) else { return nil }
        let problem = try? JSONDocument.read(Array(text.utf8)) { root -> String? in
            guard root.kind == .object, let object = root.openObject(),
                object["type"]?.string()?.hasPrefix("/problems/") == true
            else { return nil }
            return object["detail"]?.string()
        }
        if let problem { return "this is an error of the service, not a message: \(problem)" }
        return "this is JSON; request the bytes with -H 'Accept: application/octet-stream'"
    }

    /// The content as text: UTF-8 without control characters, or UTF-16 with a byte order mark, as PowerShell and WinDbg
    /// write it; nil for anything else.
    private static func text(of content: [UInt8]) -> String? {
        let text: String?
        if content.starts(with: [0xFF, 0xFE]) {
            let units = stride(from: 2, to: content.count - 1, by: 2).map {
                UInt16(content[$0]) | UInt16(content[$0 + 1]) << 8
            }
            text = String(validating: units, as: UTF16.self)
        } else {
            text = String(
                validating: content.starts(with: [0xEF, 0xBB, 0xBF]) ? content.dropFirst(3) : content[...],
                as: UTF8.self)
        }
        guard let text,
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F || [9, 10, 13].contains($0.value) })
        else { return nil }
        return text
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
