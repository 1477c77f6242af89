import Driver
import DriverJSON
import JSON

/// The encoding of a live stream.
enum StreamFormat: Int, CaseIterable, Sendable {
    /// Server-sent events (HTML, section 9.2).
    case eventStream
    /// One JSON text per line.
    case ndjson

    /// The format that a client asks for; nil if it asks for something else than a stream.
    init?(_ type: MediaType?) {
        guard let format = StreamFormat.allCases.first(where: { $0.mediaType == type }) else { return nil }
        self = format
    }

    var mediaType: MediaType {
        switch self {
        case .eventStream: .eventStream
        case .ndjson: .ndjson
        }
    }

    /// The bytes before the first message, which show the reader at once that the stream is open.
    var prelude: [UInt8] {
        switch self {
        case .eventStream: Array("retry: 1000\n\n".utf8)
        case .ndjson: []
        }
    }

    /// The bytes that show that the stream is alive: a comment or an empty line.
    var heartbeat: [UInt8] {
        switch self {
        case .eventStream: Array(": heartbeat\n\n".utf8)
        case .ndjson: [UInt8(ascii: "\n")]
        }
    }

    /// The bytes of the item with the number `id`.
    func item(_ id: UInt64, _ write: (inout JSONWriter) -> Void) -> [UInt8] { text(event: nil, id: id, write) }

    /// A notice that a message came to its end.
    func update(_ record: MessageRecord) -> [UInt8] {
        text(event: "update", id: nil) { json in json.object { $0.member("update") { record.writeUpdate(to: &$0) } } }
    }

    /// A notice that `count` messages came to their ends, but it is no longer known which.
    func updatesMissed(_ count: UInt64) -> [UInt8] { notice("updatesMissed") { $0.member("count", count) } }

    /// A notice that the items `first` to `last` are no longer kept.
    func gap(first: UInt64, last: UInt64) -> [UInt8] {
        notice("gap") { json in
            json.member("first", first)
            json.member("last", last)
        }
    }

    /// A notice that the reader's last message is not from this host's journal: the sequences have started over.
    func reset(lastEventId: UInt64, newest: UInt64) -> [UInt8] {
        notice("reset") { json in
            json.member("lastEventId", lastEventId)
            json.member("newest", newest)
        }
    }

    private func notice(_ name: StaticString, _ members: (inout JSONWriter) -> Void) -> [UInt8] {
        text(event: name, id: nil) { json in json.object { $0.member(name) { $0.object(members) } } }
    }

    private func text(event: StaticString?, id: UInt64?, _ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        switch self {
        case .ndjson:
            write(&json)
            json.separate(by: "\n")
        case .eventStream:
            if let id {
                json.separate(by: "id: ")
                json.value(id)
                json.separate(by: "\n")
            }
            if let event {
                json.separate(by: "event: ")
                json.separate(by: event)
                json.separate(by: "\n")
            }
            json.separate(by: "data: ")
            write(&json)
            json.separate(by: "\n\n")
        }
        return json.bytes
    }
}

/// How much a message says.
enum MessageView: String, CaseIterable, Sendable {
    /// Everything that the journal has.
    case full
    /// A line of a list.
    case summary
}

/// The format of a live stream of messages.
struct MessageFormat: CaseIterable, Sendable {
    let encoding: StreamFormat
    var view = MessageView.full

    static let allCases = MessageView.allCases.flatMap { view in
        StreamFormat.allCases.map { MessageFormat(encoding: $0, view: view) }
    }

    /// Its index among all formats.
    var index: Int { encoding.rawValue + (view == .full ? 0 : StreamFormat.allCases.count) }

    /// The bytes of one message.
    func message(_ record: MessageRecord, host: String) -> [UInt8] {
        encoding.item(record.message.sequence) { record.write(to: &$0, view, host: host) }
    }
}

extension MessageRecord {
    /// Writes the message as `view` has it.
    func write(to json: inout JSONWriter, _ view: MessageView, host: String) {
        switch view {
        case .full: write(to: &json, host: host)
        case .summary: writeSummary(to: &json)
        }
    }
}
