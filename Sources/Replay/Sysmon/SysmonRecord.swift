import JSON

/// A record of an event log, in any of the formats of collectors.
struct SysmonRecord {
    /// Where the fields of the event are.
    fileprivate enum Payload {
        case object(Record)
        /// JSON inside a string.
        case text(RecordValue)
        /// Lines `Name: value` of the rendered message.
        case message
        case none
    }

    private let top: Record
    private let channel: RecordValue?
    private let payload: Payload
    /// The machine that the event happened on; never the collector.
    let machine: RecordValue?
    /// The event id.
    let eventId: UInt64?

    /// Detects the format by the members that only it has.
    init(_ top: Record) {
        self.top = top
        let id: RecordValue?
        if let channel = top["Channel"] {  // flat; Azure with EventData
            self.channel = channel
            machine = top["Hostname"].unlessEmpty ?? top["Computer"].unlessEmpty
            id = top["EventID"]
            payload = top["EventData"].map(Payload.init) ?? .object(top)
        } else if let winlog = top["winlog"]?.object {  // Winlogbeat 7, ECS
            channel = winlog["channel"]
            machine = winlog["computer_name"].unlessEmpty
            id = winlog["event_id"]
            payload = winlog["event_data"].map(Payload.init) ?? .none
        } else if let name = top["log_name"] {  // Winlogbeat 6
            channel = name
            machine = top["computer_name"].unlessEmpty
            id = top["event_id"]
            payload = top["event_data"].map(Payload.init) ?? .none
        } else if let event = top["Event"]?.object, let system = event["System"]?.object {  // EVTX to JSON
            channel = system["Channel"]
            machine = system["Computer"].unlessEmpty
            id = system["EventID"].flatMap { $0.object?["#text"] ?? $0 }
            payload = event["EventData"].map(Payload.init) ?? .none
        } else if let name = top["LogName"] {  // Get-WinEvent | ConvertTo-Json: its Properties have no names
            channel = name
            machine = top["MachineName"].unlessEmpty
            id = top["Id"]
            payload = .message
        } else {
            (channel, machine, id, payload) = (nil, nil, nil, .none)
        }
        eventId = id?.asUnsigned
    }

    /// Whether the record is from Sysmon's channel; other channels use the same event ids.
    var isSysmon: Bool { channel?.isText("Microsoft-Windows-Sysmon/Operational", ignoringCase: true) ?? false }

    /// The event's fields; `inner` parses fields inside a string.
    func fields(parsedBy inner: RecordParser) throws(LineFault) -> SysmonFields {
        switch payload {
        case .object(let record): return SysmonFields(.record(record), of: top)
        case .message:
            guard let message = top["Message"], message.kind == .string else { throw .member("Message", .missing) }
            return SysmonFields(.message(message), of: top)
        case .none: throw .member("EventData", .missing)
        case .text(let value):
            do throws(JSONFaults) {
                return SysmonFields(.record(try value.record(parsedBy: inner)), of: top)
            } catch {
                throw .member("EventData", .notAnObject)
            }
        }
    }
}

extension SysmonRecord.Payload {
    fileprivate init(_ value: RecordValue) {
        if let record = value.object { self = .object(record) } else { self = value.isNull ? .none : .text(value) }
    }
}

extension RecordValue? {
    /// The value unless it is null or an empty string.
    fileprivate var unlessEmpty: RecordValue? {
        guard let self, !self.isNull, !self.isText("") else { return nil }
        return self
    }
}
