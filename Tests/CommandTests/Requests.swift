import MicroHTTPD

/// A request to an engine, with a body that claims to be an event.
func request(_ body: String, _ headers: [(name: String, value: String)] = eventHeaders) throws -> Request {
    let head = RequestHead(method: .post, target: try RequestTarget("/"), headers: HeaderFields(headers))
    return Request(head: head, body: Array(body.utf8))
}

let eventHeaders = [(name: "Content-Type", value: "application/cloudevents+json; charset=utf-8")]
