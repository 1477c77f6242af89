import Bytes
import JSON
import YAML

/// The bytes of a scenario file: YAML 1.2 or JSON.
public struct SourceText: Sendable {
    /// The name of the file, as the user gave it.
    public let name: String
    private let bytes: [UInt8]

    /// The maximum size of a file in bytes.
    public static let mostBytes = 1 << 20
    /// The maximum number of values and keys of a file, where an alias counts as often as what it repeats.
    public static let mostNodes = 10_000
    /// What to do about a file with more values or bytes.
    static let adviceOnSize =
        "; write steps that are alike with repeat, cases with matrix, events as a recording for replay, or several files"
    /// The maximum number of bytes in all texts and keys of a file, counted alike.
    public static let mostTextBytes = 4 << 20
    /// The maximum nesting of lists and mappings.
    public static let mostLevels = 64
    /// The maximum number of faults listed for a file. One more then counts the rest.
    public static let mostFaults = 100

    /// The file `name` with the content `bytes`.
    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    /// The scenarios of the file, one for each document, and all faults of its form, by line.
    ///
    /// A JSON file is an object or an array of objects. A file is JSON if its name ends in `.json`, or if it begins with a
    /// brace or bracket and is strict JSON.
    ///
    /// Some faults leave the rest of a scenario as it is, so that it can be checked too: a key that occurs twice counts
    /// the first time, a key that is not a text and a merge key are left out with their values, a tag has no effect. Any
    /// other fault ends the reading: its scenario is missing, and so are those that follow.
    public func documents() -> (documents: [SourceNode], faults: [SourceFault]) {
        guard bytes.count <= SourceText.mostBytes else {
            return ([], [SourceFault(line: nil, "is longer than \(SourceText.mostBytes) bytes")])
        }
        let content = Array(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...])
        if let fault = SourceText.faultOfUTF8(content) { return ([], [fault]) }
        let blanks = " \t\r\n".utf8
        guard let first = content.first(where: { !blanks.contains($0) }) else {
            return ([], [SourceFault(line: 1, "is empty")])
        }
        let isNamedJSON = name.suffix(5).lowercased() == ".json"
        guard isNamedJSON || first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
            return YAMLSource.read(content).result()
        }
        do throws(JSONFaults) {
            return try JSONSource.read(content, isList: first == UInt8(ascii: "[")).result()
        } catch {
            guard isNamedJSON else { return YAMLSource.read(content).result() }
            let line = error.offset.map { JSONTokens.position(of: $0, in: content).line }
            return ([], [SourceFault(line: line, "is not JSON: \(error.description)")])
        }
    }

    /// The fault of bytes that are not UTF-8.
    private static func faultOfUTF8(_ bytes: [UInt8]) -> SourceFault? {
        if ByteOrder(mark: bytes) != nil {
            return SourceFault(line: 1, "is UTF-16; save it as UTF-8")
        }
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
            return nil
        } catch {
            let offset = error.byteOffsets.lowerBound
            let line = JSONTokens.position(of: offset, in: bytes).line
            return SourceFault(line: line, "is not UTF-8: found the byte \(bytes[offset].hex(digits: 2))")
        }
    }
}
