import Bytes
import Driver
import DriverJSON
import JSON
import MicroHTTPD

/// The messages of one request: one, or a batch of async ones.
struct ReceivedRequest {
    /// The messages, in order, at least one.
    let events: [ReceivedEvent]
    /// The value that `webhook-id` must have; nil if an event has no id.
    let id: String?

    /// Parses an event, or an array of events.
    init(_ request: Request) throws(ReceivedEvent.Fault) {
        guard request.mediaType == CloudEvent.batchMediaType else {
            let event = try ReceivedEvent(request)
            (events, id) = ([event], event.id)
            return
        }
        events = try ReceivedEvent.structured(request.body) { root in
            root.array(maxCount: BatchLimits.messageCounts.upperBound)?.compactMap { ReceivedEvent(structured: $0) }
        }
        for event in events {
            try event.check()
            guard event.kind == EngineMessage.Kind.async.rawValue else {
                throw .malformed("a batch has async messages only; \(event.type) is not one")
            }
        }
        guard let first = events.first, let last = events.last else { throw .malformed("the batch is empty") }
        id = ReceivedRequest.batchID(first, last)
    }

    /// `{host}-{random}-batch-{first}-{last}`, from the ids of the events.
    private static func batchID(_ first: ReceivedEvent, _ last: ReceivedEvent) -> String? {
        guard let one = first.id, let other = last.id, let end = one.lastIndex(of: "-"),
            let number = other.split(separator: "-").last
        else { return nil }
        return "\(one[..<end])-batch\(one[end...])-\(number)"
    }
}

extension Request {
    /// The value of Content-Type without parameters, in lower case.
    var mediaType: String {
        (head.headers["Content-Type"]?.prefix { $0 != ";" && $0 != " " } ?? "").asciiLowercased
    }
}
