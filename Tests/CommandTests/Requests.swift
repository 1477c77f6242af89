import MicroHTTPD

/// A request to an engine, with a body that claims to be an event.
func request(_ body: String, _ headers: [(name: String, value: String)] = eventHeaders) throws -> Request {
    try request(Array(body.utf8), headers)
}

/// A request to an engine, with bytes that claim to be of the type in the headers.
func request(_ body: [UInt8], _ headers: [(name: String, value: String)]) throws -> Request {
    let head = RequestHead(method: .post, target: try RequestTarget("/"), headers: HeaderFields(headers))
    return Request(head: head, body: body)
}

let eventHeaders = [(name: "Content-Type", value: "application/cloudevents+json; charset=utf-8")]
