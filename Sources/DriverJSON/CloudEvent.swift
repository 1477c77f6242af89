public import Driver
public import JSON
public import Messages

/// The attributes of a CloudEvents 1.0 event.
public struct CloudEvent: Hashable, Sendable {
    /// `{host}-{random}-{sequence}`: always the same for one message. It is also `webhook-id`.
    public var id: String
    /// The path of the host in the API.
    public var source: String
    /// `wdfilter.{kind}.{operation}`.
    public var type: String
    /// When the event happened, on the host's clock.
    public var time: FileTime
    /// `process/{pid}`; nil if the event does not concern a process.
    public var subject: String?

    /// An event of `type` from `origin`; its id is made from `number`.
    public init(id number: String, type: String, time: FileTime, subject: String? = nil, origin: EventOrigin) {
        id = origin.idPrefix + number
        source = origin.path
        self.type = type
        self.time = time
        self.subject = subject
    }

    /// The event that reports `message`.
    public init(_ message: EngineMessage, origin: EventOrigin) {
        self.init(
            id: String(message.sequence), type: CloudEvent.types[MessageType(of: message)] ?? "", time: message.time,
            subject: message.process.map { "process/" + String($0.processId) }, origin: origin)
    }

    /// `wdfilter.{kind}.{operation}` for each type of message.
    private static let types: [MessageType: String] = {
        let types =
            SyncOperation.allCases.map { MessageType.sync($0) }
            + AsyncOperation.allCases.flatMap { [MessageType.async($0), .direct($0)] }
        return Dictionary(
            uniqueKeysWithValues: types.map { ($0, "wdfilter.\($0.kind.rawValue).\($0.operation.name)") })
    }()

    /// The media type of the driver's exact bytes, the content in binary mode.
    public static let binaryMediaType = "application/octet-stream"

    /// The attributes as headers, for binary mode.
    public var binaryHeaders: [(name: String, value: String)] {
        var headers = [
            (name: "ce-specversion", value: "1.0"), (name: "ce-id", value: id), (name: "ce-source", value: source),
            (name: "ce-type", value: type), (name: "ce-time", value: time.rfc3339),
        ]
        if let subject { headers.append((name: "ce-subject", value: subject)) }
        return headers
    }

    /// The attributes of a message that go beyond an event's own, in binary mode: they are not in its bytes.
    public static func extensionHeaders(of message: EngineMessage) -> [(name: String, value: String)] {
        [
            (name: "ce-kind", value: message.kind.rawValue),
            (name: "ce-operationcode", value: String(message.operationCode)),
            (name: "ce-sequence", value: String(message.sequence)),
        ]
    }

    /// The media type of `structured`.
    public static let structuredMediaType = "application/cloudevents+json"

    /// The media type of several events, an array of the `structured` ones.
    public static let batchMediaType = "application/cloudevents-batch+json"

    /// The event in structured JSON; `writeData` writes the value of `data`.
    public func structured(_ writeData: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter(reserving: 1024)
        write(to: &json, writeData)
        return json.bytes
    }

    /// Writes the event in structured JSON; `writeData` writes the value of `data`.
    public func write(to json: inout JSONWriter, _ writeData: (inout JSONWriter) -> Void) {
        json.object { json in
            json.member("specversion", "1.0" as StaticString)
            json.member("id", id)
            json.member("source", source)
            json.member("type", type)
            json.member("time", time.rfc3339)
            if let subject { json.member("subject", subject) }
            json.member("datacontenttype", "application/json" as StaticString)
            json.member("data", writeData)
        }
    }
}
