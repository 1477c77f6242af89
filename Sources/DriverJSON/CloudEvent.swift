public import Driver
public import JSON
public import Messages

/// The attributes of a CloudEvents 1.0 event.
public struct CloudEvent: Sendable {
    /// `{host}-{random}-{sequence}`: always the same for one message. It is also `webhook-id`.
    public let id: String
    /// When the event happened, on the host's clock.
    public let time: FileTime
    private let origin: EventOrigin
    /// The process that the event concerns.
    private let processId: UInt32?
    /// The texts of the type of the message; nil for a ping.
    private let texts: MessageTexts?

    /// The event that reports `message`.
    public init(_ message: EngineMessage, origin: EventOrigin) {
        id = origin.id(message.sequence)
        time = message.time
        processId = message.process?.processId
        texts = MessageTexts.of(message)
        self.origin = origin
    }

    /// An event of type `wdfilter.ping`; its id is made from `number`.
    public init(ping number: UInt64, time: FileTime, origin: EventOrigin) {
        id = origin.id("ping-\(number)")
        self.time = time
        processId = nil
        texts = nil
        self.origin = origin
    }

    /// The path of the host in the API.
    public var source: String { origin.path }

    /// `wdfilter.{kind}.{operation}`, or `wdfilter.ping`.
    public var type: String { texts?.eventType ?? CloudEvent.ping }

    /// `process/{pid}`; nil if the event does not concern a process.
    public var subject: String? { processId.map { "process/\($0)" } }

    private static let ping = "wdfilter.ping"

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
        var json = JSONWriter()
        write(to: &json, writeData)
        return json.bytes
    }

    /// Writes the event in structured JSON; `writeData` writes the value of `data`.
    public func write(to json: inout JSONWriter, _ writeData: (inout JSONWriter) -> Void) {
        json.object { json in
            json.members(CloudEvent.version)
            json.member("id", id)
            json.member("source", origin.path)
            if let texts { json.members(texts.type) } else { json.member("type", CloudEvent.ping) }
            json.member("time", rfc3339: time)
            if let subject { json.member("subject", subject) }
            json.members(CloudEvent.contentType)
            json.member("data", writeData)
        }
    }

    private static let version = WrittenMembers { $0.member("specversion", "1.0" as StaticString) }
    private static let contentType = WrittenMembers { $0.member("datacontenttype", "application/json" as StaticString) }
}
