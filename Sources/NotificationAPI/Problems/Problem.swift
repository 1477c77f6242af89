import Bytes
import JSON
import MicroHTTPD

/// An error answer (RFC 9457).
public struct Problem: Error, Sendable {
    /// One fault in a request.
    public enum Fault: Hashable, Sendable {
        /// A fault in the body, at a JSON pointer.
        case body(pointer: String, detail: String)
        /// A fault in a parameter of the path or query.
        case parameter(name: String, detail: String)

        /// The fault in words: `/rules/0: "Nope" is not a rule`.
        fileprivate var sentence: String {
            let text =
                switch self {
                case .body(let pointer, let detail):
                    "\(pointer.isEmpty ? "body" : pointer.escapingInvisible): \(detail)"
                case .parameter(let name, let detail): "\(name.escapingInvisible): \(detail)"
                }
            return text.asSentenceEnd
        }

        /// The fault of a value that is the member at `pointer` of the body.
        func within(_ pointer: String) -> Fault {
            guard case .body(let inner, let detail) = self else { return self }
            return .body(pointer: pointer + inner, detail: detail)
        }
    }

    /// The kind of problem.
    public let type: ProblemType
    /// The explanation of this occurrence.
    public let detail: String
    /// All faults, for `invalidRequest`.
    public let faults: [Fault]
    /// A header that HTTP requires with the status.
    let header: (name: String, value: String)?
    /// A more specific status than the type's, if HTTP has one.
    public let statusOverride: Int?
    /// Writes the members that only this type of problem has.
    private let writeMembers: @Sendable (inout JSONWriter) -> Void

    init(
        _ type: ProblemType, _ detail: String, status: Int? = nil, header: (name: String, value: String)? = nil,
        members: @escaping @Sendable (inout JSONWriter) -> Void = { _ in }
    ) {
        self.type = type
        self.detail = detail
        faults = []
        self.header = header
        statusOverride = status
        writeMembers = members
    }

    init(faults: [Fault]) {
        type = .invalidRequest
        let first = faults.first?.sentence ?? "The request has a fault."
        detail =
            switch faults.count {
            case ...1: first
            case 2: "\(first) There is 1 more fault: see errors."
            default: "\(first) There are \(faults.count - 1) more faults: see errors."
            }
        self.faults = faults
        header = nil
        statusOverride = nil
        writeMembers = { _ in }
    }

    /// The limit on the memory of unread answers is reached.
    static let unreadAnswers = busy("Unread answers use all the memory that `limits.answerBytes` allows.")

    /// The host does not exist.
    static func unknownHost(_ name: String) -> Problem {
        Problem(
            .unknownHost,
            "The host \(name) does not exist. PUT /v1/hosts/\(name) creates it; GET /v1/hosts lists the existing ones.")
    }

    /// A resource is used up for the moment.
    static func busy(_ detail: String) -> Problem {
        Problem(.busy, detail, header: (name: "Retry-After", value: "1"))
    }

    /// The maximum size of the answer in bytes. Faults beyond it are left out; `detail` says how many there are.
    static let maxBytes = 1 << 20

    /// The HTTP status.
    public var status: Int { statusOverride ?? type.status }

    /// The answer to a request for the path `instance`, with the header that identifies the request.
    func response(instance: String, _ identification: (name: String, value: String)? = nil) -> Response {
        var json = JSONWriter(reserving: 256)
        json.object { json in
            json.member("type", type.path)
            json.member("title", type.title)
            json.member("status", status)
            json.member("detail", detail)
            json.member("instance", instance)
            writeMembers(&json)
            if faults.isEmpty { return }
            _ = json.member("errors", each: faults, within: Problem.maxBytes) { $0.fault($1) }
        }
        json.newline()
        let headers = AnswerHeaders.list(.problem, identification, header) + PageHeaders.list(for: instance)
        return Response(status: status, headers: headers, body: json.bytes)
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

extension String {
    /// The phrase with a period, unless it is a question.
    var asSentenceEnd: String { hasSuffix("?") ? self : self + "." }
}
