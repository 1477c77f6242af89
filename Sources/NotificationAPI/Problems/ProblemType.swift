/// What can be wrong with a request; the last part of a problem's `type`.
public enum ProblemType: String, CaseIterable, Sendable {
    /// All connections are taken, or answers that nobody reads hold as much memory as they may.
    case busy = "busy"
    /// The body is over the limit.
    case contentTooLarge = "content-too-large"
    /// A web page of another site asks for a change.
    case crossOrigin = "cross-origin"
    /// The caller's role is not enough.
    case forbidden = "forbidden"
    /// A host of the name was made with another body.
    case hostExists = "host-exists"
    /// A fault of the service.
    case `internal` = "internal"
    /// Path, query or body have faults.
    case invalidRequest = "invalid-request"
    /// As many as may be kept are there.
    case limitReached = "limit-reached"
    /// The path has other methods.
    case methodNotAllowed = "method-not-allowed"
    /// `Accept` leaves out what there is.
    case notAcceptable = "not-acceptable"
    /// The request is for a host that the service is not.
    case misdirected = "misdirected"
    /// Nothing is at the path.
    case notFound = "not-found"
    /// The pid is in use.
    case processExists = "process-exists"
    /// The service is stopping.
    case stopping = "stopping"
    /// The file has a stream context.
    case streamContextExists = "stream-context-exists"
    /// The System process cannot exit.
    case systemProcess = "system-process"
    /// The tid is in use.
    case threadExists = "thread-exists"
    /// The request has no token that is known.
    case unauthenticated = "unauthenticated"
    /// There is no such host.
    case unknownHost = "unknown-host"
    /// The journal does not hold the message.
    case unknownMessage = "unknown-message"
    /// No live process has the pid.
    case unknownProcess = "unknown-process"
    /// There is no such stream context.
    case unknownStreamContext = "unknown-stream-context"
    /// The process has no such thread.
    case unknownThread = "unknown-thread"
    /// The body is of a type that is not taken.
    case unsupportedMediaType = "unsupported-media-type"
    /// A paused worker drains nothing.
    case workerPaused = "worker-paused"
    /// Steps are for a paused worker.
    case workerRunning = "worker-running"
    /// The worker has ended.
    case workerStopped = "worker-stopped"

    /// The URI reference that identifies the type.
    public var path: String { "/problems/" + rawValue }

    /// The HTTP status.
    public var status: Int {
        switch self {
        case .invalidRequest: 400
        case .unauthenticated: 401
        case .crossOrigin, .forbidden: 403
        case .notFound, .unknownHost, .unknownMessage, .unknownProcess, .unknownStreamContext, .unknownThread: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .hostExists, .limitReached, .processExists, .streamContextExists, .systemProcess, .threadExists,
            .workerPaused, .workerRunning, .workerStopped:
            409
        case .contentTooLarge: 413
        case .unsupportedMediaType: 415
        case .misdirected: 421
        case .internal: 500
        case .busy, .stopping: 503
        }
    }

    /// A title that is the same for every problem of the type.
    public var title: String {
        let words = rawValue.split(separator: "-").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// What the type means and what to do about it.
    public var explanation: String {
        switch self {
        case .busy:
            "All connections are in use (`server.connectionLimit`), or unread answers use all the memory that `limits.answerBytes` allows; `detail` says which. Nothing was done. Try again after the time in `Retry-After`."
        case .contentTooLarge: "The body is larger than the service accepts. Nothing was done."
        case .crossOrigin:
            "A browser sent this request for a web page of another site: `Origin` does not match `Host`, or `Sec-Fetch-Site` says so. `server.allowedHosts` lists the sites whose pages may send requests. Nothing was done."
        case .forbidden:
            "The token is valid, but its role does not allow this operation. `security` of the operation in openapi.yaml names the required role."
        case .hostExists:
            "A host with this name was created with a different body. Delete it first, or send the body that created it."
        case .internal: "The service failed to answer. This is a bug in the service; please report it."
        case .invalidRequest:
            "The path, the query or the body has faults. `errors` lists each with a JSON pointer into the body or the name of the parameter. Nothing was done."
        case .limitReached:
            "The service or the host has as many of these as its limit allows. Delete some, or raise the limit."
        case .methodNotAllowed:
            "The path exists, but does not support this method. `Allow` lists the methods that it supports."
        case .misdirected:
            "`Host` is not an address, localhost, a name without a dot, or a host in `server.allowedHosts`. While no tokens are required, other names are refused, because an attacker can make such a name resolve to this machine. Nothing was done."
        case .notAcceptable: "The `Accept` header excludes every media type that this path can return."
        case .notFound: "There is nothing at this path."
        case .processExists: "A live process has this pid. The pid is free again once that process has exited."
        case .stopping: "The service is stopping and does not accept new requests."
        case .streamContextExists: "The file already has a stream context. The case of file names is ignored."
        case .systemProcess: "The System process, pid 4, always exists and cannot exit (DATA-6)."
        case .threadExists: "A live thread has this tid."
        case .unauthenticated:
            "The service requires a bearer token, and the request does not have a valid one. Nothing was done."
        case .unknownHost: "There is no host with this name. `PUT` creates one."
        case .unknownMessage: "The journal does not contain this message: it was never created, or it was evicted."
        case .unknownProcess: "No live process of the host has this pid."
        case .unknownStreamContext: "The host has no such stream context."
        case .unknownThread: "The process has no such thread that was created through this API and not deleted."
        case .unsupportedMediaType: "This path does not accept the `Content-Type` of the body."
        case .workerPaused: "The worker is paused, so the queue would never drain. Resume it, or step it."
        case .workerRunning: "The worker takes messages from the queue by itself. Pause it before stepping it."
        case .workerStopped: "The worker was shut down (ASY-9)."
        }
    }
}
