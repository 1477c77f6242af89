import Bytes
import Glibc
import JSON
import Messages

/// The fields of an event. A field that is null, empty or `-` counts as missing.
struct SysmonFields {
    /// Where the fields are.
    enum Source {
        /// Members of an object.
        case record(Record)
        /// Elements of an array: objects with a name and a value, or with one member each.
        case list(RecordValue)
        /// Lines `Name: value` of a rendered message.
        case message(RecordValue)
        /// Only where modules of Beats move them.
        case none
    }

    private let source: Source
    private let header: EventHeader
    private let ignoresCase: Bool
    private let notes: RecordParsers.NotePad

    /// Fields in `source`, and in what `header` has besides.
    init(_ source: Source, header: EventHeader, ignoresCase: Bool, notes: RecordParsers.NotePad) {
        self.source = source
        self.header = header
        self.ignoresCase = ignoresCase
        self.notes = notes
    }

    private subscript(name: StaticString) -> SysmonField? {
        if let field = own(name), !field.isNone { return field }
        guard let moved = header.ecs?.moved(name).map(SysmonField.value), !moved.isNone else { return nil }
        return moved
    }

    private func own(_ name: StaticString) -> SysmonField? {
        switch source {
        case .record(let record):
            if let value = record[name] { return .value(ignoresCase ? value.unwrapped : value) }
            return ignoresCase ? record.member(ignoringCase: name).map { .value($0.unwrapped) } : nil
        case .list(let list): return list.element(named: name).map(SysmonField.value)
        case .message(let message):
            return message.withUTF8 { $0.field(name) ?? $0.auditedField(name) }.flatMap(\.self).map(SysmonField.text)
        case .none: return nil
        }
    }

    /// A string that the driver can represent. A NUL ends it, as it ends the strings of Windows.
    func text(_ name: StaticString) throws(LineFault) -> UnicodeString? {
        guard let field = self[name] else { return nil }
        guard var bytes = field.text else { throw .member(name, .notText) }
        if let end = bytes.firstIndex(of: 0) {
            notes.notes.insert(.repaired)
            bytes = UnsafeBufferPointer(rebasing: bytes[..<end])
            if bytes.isEmpty { return nil }
        }
        let text = notes.text(bytes)
        if text.byteCount > 32_766, text.unitCount > 32_766 { throw .member(name, .tooLong) }
        return text
    }

    /// A string that the event needs.
    func requiredText(_ name: StaticString) throws(LineFault) -> UnicodeString {
        guard let text = try text(name) else { throw .member(name, .missing) }
        return text
    }

    /// A number of 32 bits: a pid, a tid, a session.
    func id(_ name: StaticString) throws(LineFault) -> UInt32? {
        guard let field = self[name] else { return nil }
        guard let id = field.number.flatMap(UInt32.init(exactly:)) else { throw .member(name, .notAnId) }
        return id
    }

    /// An address.
    func address(_ name: StaticString) throws(LineFault) -> UInt64? {
        guard let field = self[name] else { return nil }
        guard let address = field.number else { throw .member(name, .notAnAddress) }
        return address
    }

    /// The time of the event: UtcTime, or `shipperTime` for a record without one. Nil if it is missing or malformed. Notes both.
    func time(orElse shipperTime: @autoclosure () -> FileTime?) -> FileTime? {
        let field = self["UtcTime"]
        if let time = field?.time { return time }
        let time = shipperTime()
        if time == nil { notes.notes.insert(.timeUnread) } else { notes.notes.insert(.timeOfShipper) }
        return time
    }

    /// The process of an event that has one.
    func process(image: StaticString? = nil) throws(LineFault) -> SysmonProcess {
        var process = try self.process("ProcessId", "ProcessGuid", "ProcessGUID", image: image)
        if process.processId == nil { process.processId = try header.message?.processId() }
        return process
    }

    /// The process that three fields name. The spelling of the second depends on the event.
    func process(
        _ id: StaticString, _ guid: StaticString, _ otherGUID: StaticString, image: StaticString? = nil
    ) throws(LineFault) -> SysmonProcess {
        var process = SysmonProcess()
        process.processId = try self.id(id)
        process.guid = try self.guid(guid)
        if process.guid == nil { process.guid = try self.guid(otherGUID) }
        if let image { process.image = try text(image) }
        return process
    }

    private func guid(_ name: StaticString) throws(LineFault) -> SysmonGUID? {
        guard let field = self[name] else { return nil }
        switch field.text.map(SysmonGUID.read) {
        case .guid(let guid): return guid
        case .zero: return nil
        case .invalid, nil: throw .member(name, .notAGUID)
        }
    }
}

/// The value of a field, valid until its record's parser parses the next line.
private enum SysmonField {
    case value(RecordValue)
    case text(UnsafeBufferPointer<UInt8>)

    /// Whether it counts as missing.
    var isNone: Bool {
        switch self {
        case .value(let value): value.isNull || value.isText("") || value.isText("-")
        case .text(let text): text.isEmpty || text.count == 1 && text[0] == UInt8(ascii: "-")
        }
    }

    /// The bytes of a string; nil if it is not a string.
    var text: UnsafeBufferPointer<UInt8>? {
        switch self {
        case .value(let value): value.kind == .string ? value.withUTF8 { $0 } : nil
        case .text(let text): text
        }
    }

    /// A number, or a string of decimal digits or of `0x` and hex digits.
    var number: UInt64? {
        switch self {
        case .value(let value): value.asHexOrUnsigned
        case .text(let text): RecordValue.hexOrUnsigned(text)
        }
    }

    var time: FileTime? {
        switch self {
        case .value(let value): FileTime(recorded: value)
        case .text(let text): FileTime(recorded: text)
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The text after `name` and a colon on a line of a rendered message; nil without such a line.
    func field(_ name: StaticString) -> Self? {
        let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        var line = self[...]
        while line.count > name.count {
            let end = line.firstIndex(of: UInt8(ascii: "\n")) ?? line.endIndex
            let text = line[..<end].drop(while: \.isSpaceOrTab)
            if text.count > name.count, text[text.startIndex + name.count] == UInt8(ascii: ":"), text.starts(with: name)
            {
                let isSpace = { (byte: UInt8) in byte.isSpaceOrTab || byte == .carriageReturn }
                var value = text.dropFirst(name.count + 1).drop(while: isSpace)
                while let last = value.last, isSpace(last) { value = value.dropLast() }
                return UnsafeBufferPointer(rebasing: value)
            }
            guard end < line.endIndex else { return nil }
            line = line[(end + 1)...]
        }
        return nil
    }
}

extension RecordValue {
    /// The number in a line `ProcessId: 123` of the rendered message.
    fileprivate func processId() throws(LineFault) -> UInt32? {
        guard let text = withUTF8({ $0.field("ProcessId") }).flatMap(\.self) else { return nil }
        let digits = text.prefix(while: \.isDigit)
        if digits.isEmpty { return nil }
        guard let processId = UInt32(String(decoding: digits.prefix(20), as: UTF8.self)) else {
            throw .member("ProcessId in Message", .notAnId)
        }
        return processId
    }

    /// The value of the element of an array that has this name: `{"@Name": "Image", "#text": "..."}`, `{"Image": "..."}`.
    fileprivate func element(named name: StaticString) -> RecordValue? {
        var found: RecordValue?
        forEachElement { element in
            guard let element = element.object else { return true }
            if let key = element.first(of: RecordValue.nameKeys) {
                if key.isText(name) { found = element.first(of: RecordValue.valueKeys) }
            } else {
                found = element[name]
            }
            return found == nil
        }
        return found
    }

    private static let nameKeys: [StaticString] = ["@Name", "Name", "name", "key", "_Name"]
    private static let valueKeys: [StaticString] = ["#text", "Value", "value", "content", "text", "_", "$", "__text"]
}

extension Record {
    /// The field `name` where the Sysmon module of Winlogbeat and Elastic Agent moves it, in the Elastic Common Schema.
    fileprivate func moved(_ name: StaticString) -> RecordValue? {
        for (field, path) in Record.places where field.isEqual(to: name) {
            var place: RecordValue?
            for step in path { place = place == nil ? self[step] : place?.object?[step] }
            if let place { return place }
        }
        return nil
    }

    private static let places: [(StaticString, path: [StaticString])] = [
        ("ProcessGuid", ["process", "entity_id"]), ("SourceProcessGuid", ["process", "entity_id"]),
        ("SourceProcessGUID", ["process", "entity_id"]), ("ProcessId", ["process", "pid"]),
        ("SourceProcessId", ["process", "pid"]), ("Image", ["process", "executable"]),
        ("SourceImage", ["process", "executable"]), ("CommandLine", ["process", "command_line"]),
        ("ParentProcessGuid", ["process", "parent", "entity_id"]), ("ParentProcessId", ["process", "parent", "pid"]),
        ("ParentImage", ["process", "parent", "executable"]), ("NewThreadId", ["process", "thread", "id"]),
        ("ImageLoaded", ["file", "path"]), ("ImageLoaded", ["dll", "path"]),
    ]
}

extension StaticString {
    func isEqual(to other: StaticString) -> Bool {
        utf8CodeUnitCount == other.utf8CodeUnitCount && memcmp(utf8Start, other.utf8Start, utf8CodeUnitCount) == 0
    }
}
