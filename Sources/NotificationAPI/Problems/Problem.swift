import JSON
import MicroHTTPD

/// An answer that says what is wrong with a request (RFC 9457).
public struct Problem: Error, Sendable {
    /// A fault of one place of the request.
    public enum Fault: Hashable, Sendable {
        /// In the body, at a JSON pointer.
        case body(pointer: String, detail: String)
        /// In a parameter of path or query.
        case parameter(name: String, detail: String)

        /// The same fault in a body of which what has it is the member at `pointer`.
        func within(_ pointer: String) -> Fault {
            guard case .body(let inner, let detail) = self else { return self }
            return .body(pointer: pointer + inner, detail: detail)
        }
    }

    /// The type.
    public let type: ProblemType
    /// What is wrong in this case.
    public let detail: String
    /// All faults, for `invalidRequest`.
    public let faults: [Fault]
    /// A header that the protocol asks for with the status.
    let header: (name: String, value: String)?
    /// Another status than the type's, where the protocol has a narrower one.
    public let statusOverride: Int?

    init(
        _ type: ProblemType, _ detail: String, status: Int? = nil, header: (name: String, value: String)? = nil
    ) {
        self.type = type
        self.detail = detail
        faults = []
        self.header = header
        statusOverride = status
    }

    init(faults: [Fault]) {
        type = .invalidRequest
        detail = faults.count == 1 ? "The request has a fault." : "The request has \(faults.count) faults."
        self.faults = faults
        header = nil
        statusOverride = nil
    }

    /// Unread answers hold as much memory as they may.
    static let unreadAnswers = busy("Answers that clients have not read hold as much memory as they may.")

    /// For the moment there is too little of something.
    static func busy(_ detail: String) -> Problem {
        Problem(.busy, detail, header: (name: "Retry-After", value: "1"))
    }

    /// How many bytes the answer has at most; `detail` says how many faults there are.
    private static let mostBytes = 1 << 20

    /// The HTTP status.
    public var status: Int { statusOverride ?? type.status }

    /// The answer to a request for `instance`, with what tells which request that was.
    func response(instance: String, _ identification: (name: String, value: String)? = nil) -> Response {
        var json = JSONWriter(reserving: 256)
        json.object { json in
            json.member("type", type.path)
            json.member("title", type.title)
            json.member("status", status)
            json.member("detail", detail)
            json.member("instance", instance)
            if faults.isEmpty { return }
            _ = json.member("errors", each: faults, within: Problem.mostBytes) { $0.fault($1) }
        }
        return Response(
            status: status, headers: AnswerHeaders.list(.problem, identification, header), body: json.bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func fault(_ fault: Problem.Fault) {
        object { json in
            switch fault {
            case .body(let pointer, let detail):
                json.member("pointer", pointer)
                json.member("detail", detail)
            case .parameter(let name, let detail):
                json.member("parameter", name)
                json.member("detail", detail)
            }
        }
    }
}
