import Driver
import JSON

/// How a live stream of messages is written.
enum StreamFormat: Sendable {
    /// Server-sent events (HTML, section 9.2).
    case eventStream
    /// One JSON text a line.
    case ndjson

    /// What comes before the first message, so that a reader sees at once that the stream is there.
    var prelude: [UInt8] {
        switch self {
        case .eventStream: Array("retry: 1000\n\n".utf8)
        case .ndjson: []
        }
    }

    /// What says that the stream is alive: a comment, an empty line.
    var heartbeat: [UInt8] {
        switch self {
        case .eventStream: Array(": heartbeat\n\n".utf8)
        case .ndjson: [UInt8(ascii: "\n")]
        }
    }

    /// One message of the journal.
    func message(_ record: MessageRecord, host: String) -> [UInt8] {
        text(event: nil, id: record.message.sequence) { record.write(to: &$0, host: host) }
    }

    /// Tells that the journal no longer holds the messages `first` to `last`.
    func gap(first: UInt64, last: UInt64) -> [UInt8] {
        notice("gap") { json in
            json.member("first", first)
            json.member("last", last)
        }
    }

    /// Tells that the message that the reader had last is none of this host's: its sequences have begun anew.
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
        var json = JSONWriter(reserving: 1024)
        write(&json)
        switch self {
        case .ndjson: return json.bytes + [UInt8(ascii: "\n")]
        case .eventStream:
            var text: [UInt8] = []
            if let id { text += "id: \(id)\n".utf8 }
            if let event { text += "event: \(event)\n".utf8 }
            return text + "data: ".utf8 + json.bytes + "\n\n".utf8
        }
    }
}
