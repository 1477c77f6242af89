import JSON
import Messages

/// A record of an event log, in any shape that programs write.
///
/// It is read by meaning: the header is the object that names a channel or a provider, wherever it is (`EventHeader`); event id,
/// machine and time are found under any of their names, there or in the objects around it; the fields of the event are in what
/// carries them.
struct EventRecord {
    /// The logs whose records can become events.
    enum Log {
        case sysmon
        /// Windows' own audit of processes, events 4688 and 4689.
        case security
        case other
    }

    private let header: EventHeader
    /// Which log it is of.
    let log: Log
    /// The event id; nil if it is missing, or no number that is not negative.
    let eventId: UInt64?
    /// Whether it is missing.
    let lacksEventId: Bool

    /// Reads the header; nil if the object has none: then it is not a record of an event log.
    init?(_ top: Record, parsedBy parsers: RecordParsers) {
        guard let header = EventHeader(top, parsedBy: parsers) else { return nil }
        self.header = header
        log = header.log
        let id = header.first(of: EventNames.ids) ?? header.ecs?["event"]?.object?["code"]
        lacksEventId = id == nil
        eventId = id?.eventId
    }

    /// Whether the record is Sysmon's; other channels use the same event ids.
    var isSysmon: Bool { log == .sysmon }

    /// The name of its channel, or else of its provider.
    var channel: RecordValue? { header.channel }

    /// The machine that the event happened on; never the collector.
    var machine: RecordValue? { header.first(of: EventNames.machines) }

    /// When the event was recorded, in UTC, according to Windows or to the program that sent the record on.
    var shipperTime: FileTime? {
        header.first(of: EventNames.times).flatMap(FileTime.init(recorded:))
    }

    /// The event's fields.
    func fields(parsedBy parsers: RecordParsers) throws(LineFault) -> SysmonFields {
        func fields(_ source: SysmonFields.Source, ignoringCase: Bool = false) -> SysmonFields {
            SysmonFields(source, header: header, ignoresCase: ignoringCase, notes: parsers.notes)
        }
        if header.isUsual, header.isOutermost, header.record["UtcTime"] != nil { return fields(.record(header.record)) }
        if let (payload, isExact) = header.payload {
            if let source = try payload.fields(parsedBy: parsers) { return fields(source, ignoringCase: !isExact) }
        } else if header.isFlat {
            return fields(.record(header.record), ignoringCase: !header.isUsual)
        }
        if let message = header.message, message.kind == .string { return fields(.message(message)) }
        if let ecs = header.ecs, ecs["process"] != nil || ecs["file"] != nil { return fields(.none) }
        if header.isOutermost, header.record["EventData"] == nil { return fields(.record(header.record)) }
        throw .member("EventData", .missing)
    }
}

/// The names under which programs write the parts of a record, the most usual ones first.
enum EventNames {
    static let channels: [StaticString] = ["Channel", "channel", "log_name", "LogName", "EventLog", "Log", "log"]
    static let providers: [StaticString] = [
        "SourceName", "ProviderName", "provider_name", "Provider", "provider", "source_name", "providerName", "Source",
        "source", "sourcetype",
    ]
    static let ids: [StaticString] = [
        "EventID", "event_id", "EventId", "eventID", "Id", "EventCode", "eventId", "event_identifier",
    ]
    static let machines: [StaticString] = [
        "Hostname", "computer_name", "Computer", "MachineName", "computer", "ComputerName", "hostname", "computerName",
        "dvc",
    ]
    static let times: [StaticString] = [
        "SystemTime", "TimeCreated", "@timestamp", "timeCreated", "systemTime", "system_time", "time_created",
        "TimeGenerated", "_time", "timeUnixNano",
    ]
    static let messages: [StaticString] = ["Message", "message", "RenderedDescription", "_raw"]
    /// What carries the fields. Nothing in it is taken for a part of the record.
    static let payloads: [StaticString] = [
        "EventData", "event_data", "Payload", "eventdata", "eventData", "event-data",
    ]
    /// What else may contain names that a program or an attacker chose.
    static let foreign: [StaticString] = ["UserData", "user_data", "Properties", "StringInserts", "rule", "agent"]
    /// Fields that only events of Sysmon have, and that show that the fields are in the record itself.
    static let fields: [StaticString] = [
        "ProcessGuid", "UtcTime", "ImageLoaded", "SourceProcessGuid", "SourceProcessGUID", "NewProcessId",
        "TargetImage",
        "SubjectLogonId",
    ]
}

extension RecordValue {
    /// An event id in any notation: a number, digits, or an object that has one beside its qualifiers.
    fileprivate var eventId: UInt64? {
        guard let object else { return asUnsigned }
        for name in ["#text", "Value", "id", "_", "$", "text", "content"] as [StaticString] {
            if let id = object[name]?.asUnsigned { return id }
        }
        return nil
    }

    /// Where the fields are that this carries; nil if it is empty.
    func fields(parsedBy parsers: RecordParsers) throws(LineFault) -> SysmonFields.Source? {
        if let object { return object.fieldsInside }
        if kind == .array { return .list(self) }
        guard kind == .string else { return nil }
        guard let isMarkup = beginsRecord else { return isText("") ? nil : .message(self) }
        do throws(JSONFaults) {
            let record = try parsers.record(in: self, isMarkup: isMarkup)
            // It may carry what carries them.
            guard let inside = record.first(of: EventNames.payloads) else { return record.fieldsInside }
            return inside.object.map(\.fieldsInside) ?? .list(inside)
        } catch {
            throw .member("EventData", .notAnObject)
        }
    }

    /// Whether the string begins like an element of XML, or like an object; nil if it does neither.
    var beginsRecord: Bool? {
        guard kind == .string else { return nil }
        let first = withUTF8 { $0.first { $0 > UInt8(ascii: " ") } }.flatMap(\.self)
        return first == UInt8(ascii: "<") ? true : first == UInt8(ascii: "{") ? false : nil
    }
}

extension Record {
    /// The first member that has one of `names` and is neither null nor an empty string.
    func first(of names: [StaticString]) -> RecordValue? {
        for name in names {
            if let value = self[name], !value.isNull, !value.isText("") { return value }
        }
        return nil
    }

    /// The fields of an object: itself, or what its only member `Data` has, as python-evtx and OpenTelemetry write it.
    fileprivate var fieldsInside: SysmonFields.Source {
        guard let data = self["Data"] ?? self["data"] else { return .record(self) }
        if let object = data.object { return object["@Name"] == nil ? .record(object) : .record(self) }
        return data.kind == .array ? .list(data) : .record(self)
    }
}
