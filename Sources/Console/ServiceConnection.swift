import Bytes
import Curl

/// A request to a running service.
public struct ServiceRequest {
    let method: String
    let path: String
    let body: ServiceClient.Body
    /// X-Request-Id; nil leaves that to the service.
    public var id: String?
    /// How long the request may take; nil for as long as it takes.
    public var timeout: Duration?
    /// Whether to give up, asked about once a second.
    public var isAborted: () -> Bool = { false }

    /// The request `method` `path` with `body`.
    public init(_ method: String, _ path: String, _ body: ServiceClient.Body = .none) {
        self.method = method
        self.path = path
        self.body = body
    }
}

/// Why there is no answer.
public struct ServiceFault: Error, Hashable, Sendable {
    /// The kinds of reasons.
    public enum Kind: Hashable, Sendable {
        /// The timeout of the request is over.
        case timedOut
        /// The request was to be given up.
        case aborted
        /// The service does not answer.
        case noAnswer
    }

    /// The kind.
    public let kind: Kind
    /// The service and the reason, a phrase.
    public let detail: String
}

/// A connection to a running service, which is kept from one request to the next.
public final class ServiceConnection: @unchecked Sendable {  // used by one thread at a time, which made or took it
    private let client: ServiceClient
    private var handle: EasyHandle?

    /// How long a connection may be idle, in seconds. The service closes it after a longer time, and a request that is sent at
    /// that moment is lost.
    private static let longestIdle = 2

    /// A connection of `client`, which the first request opens.
    public init(_ client: ServiceClient) { self.client = client }

    /// Sends a request and waits for the answer.
    public func send(_ request: ServiceRequest) throws(ServiceFault) -> ServiceClient.Answer {
        let transfer = Transfer(request)
        let (code, status): (ResultCode, Int)
        do throws(CurlFailure) {
            let handle = try prepare(transfer, request)
            code = try handle.perform(transfer)
            status = handle.status
        } catch {
            throw fault(.noAnswer, error.text)
        }
        if code == .timedOut, let timeout = request.timeout {
            throw fault(.timedOut, "no answer within \(timeout.milliseconds) ms")
        }
        if code == .aborted, request.isAborted() { throw fault(.aborted, "interrupted") }
        guard code == .ok || transfer.hasAnswer, status != 0 else { throw fault(.noAnswer, code.text) }
        return ServiceClient.Answer(status: status, body: transfer.answer)
    }

    private func prepare(_ transfer: Transfer, _ request: ServiceRequest) throws(CurlFailure) -> EasyHandle {
        let handle = try openHandle(for: request.path)
        try handle.set(.timeout, request.timeout.map { max(1, Int($0.milliseconds)) } ?? 0)
        try handle.set(.upload, transfer.contentType != nil)
        try handle.set(.method, request.method)
        var headers: [String] = []
        if let contentType = transfer.contentType {
            headers += ["Content-Type: \(contentType)", "Expect:"]
            try handle.set(.uploadBufferSize, 1 << 20)
        }
        if let id = request.id { headers.append("X-Request-Id: \(id)") }
        if let instance = client.instance { headers.append("Wdfilterd-Instance: \(instance)") }
        if let token = client.token { headers.append("Authorization: Bearer \(token)") }
        try handle.set(.headers, try HeaderList(headers))
        return handle
    }

    /// The handle, for a request to `path`.
    private func openHandle(for path: String) throws(CurlFailure) -> EasyHandle {
        if let handle {
            try client.target.set(path, on: handle)
            return handle
        }
        let new = try client.target.handle(for: path, agent: client.agent)
        try new.set(.connectTimeout, 10_000)
        try new.set(.connectionAge, Self.longestIdle)
        try new.reportProgress()
        handle = new
        return new
    }

    private func fault(_ kind: ServiceFault.Kind, _ detail: String) -> ServiceFault {
        ServiceFault(kind: kind, detail: "\(client.target.name): \(detail)")
    }
}

/// The state of one request.
private final class Transfer: TransferDelegate {
    private(set) var answer: [UInt8] = []
    private let isAborted: () -> Bool
    let contentType: String?
    private let next: () -> [UInt8]?
    private var piece: ArraySlice<UInt8> = []

    var hasAnswer: Bool { !answer.isEmpty }

    init(_ request: ServiceRequest) {
        isAborted = request.isAborted
        switch request.body {
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

    func makeProgress(on handle: EasyHandle) -> Bool { !isAborted() }

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
