import Curl
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

        /// `/rules/0: must be ...`.
        private static func line(of fault: JSONValue) -> String {
            let object = fault.openObject()
            func text(_ name: StaticString) -> String? { object?.optional(name) { $0.string(maxUTF16: .max) } }
            return "\(text("pointer") ?? text("parameter") ?? ""): \(text("detail") ?? "")"
        }
    }

    private let target: ServiceTarget
    private let token: String?

    /// Creates a client of `target` that authenticates with `token`.
    public init(_ target: ServiceTarget, token: String?) {
        self.target = target
        self.token = token
    }

    /// Sends a request and waits for the answer.
    ///
    /// - Throws: Exit code 3 without an answer.
    public func send(_ method: String, _ path: String, _ body: Body = .none) throws(CommandFailure) -> Answer {
        let transfer = Transfer(body)
        let (code, status): (ResultCode, Int)
        do throws(CurlFailure) {
            let handle = try handle(for: transfer, method, path)
            code = try handle.perform(transfer)
            status = handle.status
        } catch {
            throw failure(error.text)
        }
        guard code == .ok || transfer.hasAnswer, status != 0 else { throw failure(code.text) }
        return Answer(status: status, body: transfer.answer)
    }

    private func handle(for transfer: Transfer, _ method: String, _ path: String) throws(CurlFailure) -> EasyHandle {
        let handle = try target.handle(for: path, agent: "wdfilterd-replay")
        try handle.set(.connectTimeout, 10_000)
        try handle.set(.method, method)
        var headers: [String] = []
        if let contentType = transfer.contentType {
            headers += ["Content-Type: \(contentType)", "Expect:"]
            try handle.set(.upload, true)
            try handle.set(.uploadBufferSize, 1 << 20)
        }
        if let token { headers.append("Authorization: Bearer \(token)") }
        try handle.set(.headers, try HeaderList(headers))
        return handle
    }

    private func failure(_ detail: String) -> CommandFailure {
        CommandFailure(status: .failed, message: "\(target.name): \(detail)")
    }
}

/// The state of one request.
private final class Transfer: TransferDelegate {
    private(set) var answer: [UInt8] = []
    let contentType: String?
    private let next: () -> [UInt8]?
    private var piece: ArraySlice<UInt8> = []

    var hasAnswer: Bool { !answer.isEmpty }

    init(_ body: ServiceClient.Body) {
        switch body {
        case .none: (contentType, next) = (nil, { [] })
        case .json(let bytes):
            var rest = bytes
            contentType = "application/json"
            next = {
                defer { rest = [] }
                return rest
            }
        case .lines(let lines): (contentType, next) = ("application/x-ndjson", lines)
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        answer += bytes
        return true
    }

    func send(into room: UnsafeMutableRawBufferPointer) -> Int? {
        if piece.isEmpty {
            guard let next = next() else { return nil }
            piece = next[...]
        }
        let count = min(room.count, piece.count)
        piece.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
        piece = piece.dropFirst(count)
        return count
    }
}
