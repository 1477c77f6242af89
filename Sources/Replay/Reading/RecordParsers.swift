import Bytes
import JSON
import Messages
import RecordText

/// The parsers of one reader of lines, which it uses for one record after the other.
///
/// One thread at a time may use it.
final class RecordParsers {
    /// What is noteworthy about the record that is being read.
    struct Notes: OptionSet, Sendable {
        let rawValue: UInt8
        /// A character was replaced, or a text cut.
        static let repaired = Notes(rawValue: 1)
        /// Its UtcTime cannot be read, and it has no other time.
        static let timeUnread = Notes(rawValue: 2)
        /// Its time is the one of the program that sent it on.
        static let timeOfShipper = Notes(rawValue: 4)
        /// It is of the log Security.
        static let audit = Notes(rawValue: 8)
    }

    /// The notes of a record, shared by those who read its fields.
    final class NotePad {
        var notes: Notes = []
        /// Whether the record was repaired, so that its texts have escapes (`UnitEscape`).
        fileprivate(set) var hasEscapes = false

        fileprivate func reset() { (notes, hasEscapes) = ([], false) }

        fileprivate func noteRepair() {
            notes.insert(.repaired)
            hasEscapes = true
        }

        /// What `search` finds. If that is nothing, what it repaired on the way does not count.
        func countingRepairs<Found>(of search: () -> Found?) -> Found? {
            let before = (notes, hasEscapes)
            let found = search()
            if found == nil { (notes, hasEscapes) = before }
            return found
        }

        /// The text in a string of the record.
        func text(_ bytes: UnsafeBufferPointer<UInt8>) -> UnicodeString {
            let text = String(decoding: bytes, as: UTF8.self)
            return hasEscapes ? UnicodeString(units: UnitEscape.units(of: text)) : UnicodeString(text)
        }
    }

    private let outer: RecordParser
    /// Parses what is written in strings of a record, and strings of that.
    private let inner: [RecordParser]
    private var used = 0
    /// Made when it is needed: it loads a library.
    private lazy var xml = EventXML()
    let notes = NotePad()

    init(maxLineBytes: Int = 1 << 20) {
        outer = RecordParser(maxLineBytes: maxLineBytes)
        // XML may grow when it is written as JSON.
        inner = (0..<3).map { _ in RecordParser(maxLineBytes: 2 * maxLineBytes) }
    }

    /// The next parser for the content of a string. There are three for a record; the last one is used again.
    func next() -> RecordParser {
        defer { used = min(used + 1, inner.count - 1) }
        return inner[used]
    }

    /// Forgets what was parsed from strings, because nothing of it is needed; true.
    func reuse() -> Bool {
        used = 0
        return true
    }

    /// Whether the content of one more string may be parsed.
    var hasNext: Bool { used < inner.count - 1 }

    /// The record on a line: JSON, or an element of XML. It is valid until the next line is parsed.
    ///
    /// What a parser rejects is repaired and parsed again; the fault is that of the text as it is.
    func record(of line: UnsafeRawBufferPointer) throws(JSONFaults) -> Record {
        used = 0
        notes.reset()
        if line.first == UInt8(ascii: "<") { return try record(ofXML: line) }
        do throws(JSONFaults) {
            return try outer.parse(inPlace: line)
        } catch {
            guard let record = repaired(line, parsedBy: outer) else { throw error }
            return record
        }
    }

    /// The record that is written in a string: an element of XML, or an object.
    func record(in text: RecordValue, isMarkup: Bool) throws(JSONFaults) -> Record {
        try isMarkup ? record(ofXML: text) : record(ofJSON: text)
    }

    private func record(ofJSON text: RecordValue) throws(JSONFaults) -> Record {
        let parser = next()
        do throws(JSONFaults) {
            return try text.record(parsedBy: parser)
        } catch {
            guard let record = text.withUTF8({ repaired(.init($0), parsedBy: parser) }) ?? nil else { throw error }
            return record
        }
    }

    /// The record that `text` is after its repair; nil if that does not help.
    private func repaired(_ text: UnsafeRawBufferPointer, parsedBy parser: RecordParser) -> Record? {
        let repaired = RecordRepair.json(text, hasEscapes: notes.hasEscapes)
        guard let record = try? parser.parse(repaired) else { return nil }
        notes.noteRepair()
        return record
    }

    private func record(ofXML text: RecordValue) throws(JSONFaults) -> Record {
        guard
            let json = text.withUTF8({ text in Result { () throws(JSONFaults) in try self.json(ofXML: .init(text)) } })
        else { throw JSONFaults(detail: "must be a string") }
        return try next().parse(json.get())
    }

    private func record(ofXML text: UnsafeRawBufferPointer) throws(JSONFaults) -> Record {
        try next().parse(json(ofXML: text))
    }

    private func json(ofXML text: UnsafeRawBufferPointer) throws(JSONFaults) -> [UInt8] {
        do throws(JSONFaults) {
            return try xml.json(of: text)
        } catch {
            let fault = error
            let repaired = RecordRepair.xml(text, hasEscapes: notes.hasEscapes)
            guard let json = try? xml.json(of: repaired) else { throw fault }
            notes.noteRepair()
            return json
        }
    }

    /// The record that OpenTelemetry writes as a list of names and typed values.
    func record(ofAnyValue values: RecordValue) -> Record? {
        guard hasNext else { return nil }
        var json = JSONWriter()
        json.values(of: values, depth: 0)
        return try? next().parse(json.bytes)
    }
}

extension JSONWriter {
    /// Writes a `kvlistValue` of OpenTelemetry as an object.
    fileprivate mutating func values(of list: RecordValue, depth: Int) {
        object { json in
            list.object?["values"]?.forEachElement { pair in
                guard let key = pair.object?["key"]?.asString, let value = pair.object?["value"]?.object else {
                    return true
                }
                json.member(key: key) { $0.value(ofAny: value, depth: depth + 1) }
                return true
            }
        }
    }

    private mutating func value(ofAny value: Record, depth: Int) {
        if let text = (value["stringValue"] ?? value["intValue"] ?? value["doubleValue"])?.asString {
            self.value(text)
        } else if let list = value["kvlistValue"], depth < 16 {
            values(of: list, depth: depth)
        } else if let list = value["arrayValue"]?.object?["values"], depth < 16 {
            array { json in
                list.forEachElement { element in
                    if let element = element.object { json.value(ofAny: element, depth: depth + 1) }
                    return true
                }
            }
        } else {
            null()
        }
    }
}
