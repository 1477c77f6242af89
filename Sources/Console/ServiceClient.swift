import JSON

/// An HTTP client for a running service, one request at a time.
public struct ServiceClient: Sendable {
    /// The body of a request.
    public enum Body {
        /// No body.
        case none
        /// JSON.
        case json([UInt8])
        /// Event lines of any length, in pieces: an empty piece ends the body, nil aborts the request.
        case lines(() -> [UInt8]?)
    }

    /// An answer.
    public struct Answer: Sendable {
        /// The HTTP status.
        public let status: Int
        /// The content.
        public let body: [UInt8]

        /// The status and, for a problem, its detail, and on further lines its faults if there are several.
        public var problem: String {
            let text = try? JSONDocument.read(body) { value -> String? in
                guard let object = value.openObject(),
                    let detail = object.required("detail", { $0.string(maxUTF16: .max) })
                else { return nil }
                let faults = object.optional("errors") { $0.array(maxCount: 10_000) } ?? []
                return faults.count > 1 ? ([detail] + faults.map(Answer.line)).joined(separator: "\n  ") : detail
            }
            return "\(status): \(text ?? "no reason given")"
        }

        /// The last part of the type of a problem, `unknown-process`; nil for any other content.
        public var problemName: String? { problemText("type")?.split(separator: "/").last.map(String.init) }

        /// The detail of a problem; nil for any other content.
        public var problemDetail: String? { problemText("detail") }

        private func problemText(_ name: StaticString) -> String? {
            try? JSONDocument.read(body) { $0.openObject()?.required(name) { $0.string(maxUTF16: .max) } }
        }

        /// `/rules/0: must be ...`.
        private static func line(of fault: JSONValue) -> String {
            let object = fault.openObject()
            func text(_ name: StaticString) -> String? { object?.optional(name) { $0.string(maxUTF16: .max) } }
            return "\(text("pointer") ?? text("parameter") ?? ""): \(text("detail") ?? "")"
        }
    }

    let target: ServiceTarget
    let token: String?
    let instance: String?
    let agent: String

    /// Creates a client of `target` that authenticates with `token`, names `instance` to a proxy, and has the User-Agent `agent`.
    public init(_ target: ServiceTarget, token: String?, instance: String? = nil, agent: String) {
        self.target = target
        self.token = token
        self.instance = instance
        self.agent = agent
    }

    /// Sends a request on a connection of its own, and waits for the answer.
    ///
    /// - Throws: Exit code 3 without an answer.
    public func send(_ method: String, _ path: String, _ body: Body = .none) throws(CommandFailure) -> Answer {
        do throws(ServiceFault) {
            return try ServiceConnection(self).send(ServiceRequest(method, path, body))
        } catch {
            throw CommandFailure(status: .failed, message: error.detail)
        }
    }
}
