/// The kinds of problems; the raw value is the last part of a problem's `type`.
public enum ProblemType: String, CaseIterable, Sendable {
    /// All connections are in use, or unread answers use all the memory allowed for them.
    case busy = "busy"
    /// The body is larger than the limit.
    case contentTooLarge = "content-too-large"
    /// A web page of another site requests a change.
    case crossOrigin = "cross-origin"
    /// The driver refused a line of a strict upload.
    case eventRefused = "event-refused"
    /// The client's role does not allow the operation.
    case forbidden = "forbidden"
    /// A host with this name was created with a different body.
    case hostExists = "host-exists"
    /// The service has failed.
    case `internal` = "internal"
    /// Lines of a strict upload cannot be read.
    case invalidEvents = "invalid-events"
    /// Path, query or body have faults.
    case invalidRequest = "invalid-request"
    /// The limit on objects of this kind is reached.
    case limitReached = "limit-reached"
    /// The path does not support the method.
    case methodNotAllowed = "method-not-allowed"
    /// `Accept` excludes all media types that the path can return.
    case notAcceptable = "not-acceptable"
    /// The service does not accept this `Host`.
    case misdirected = "misdirected"
    /// The path does not exist.
    case notFound = "not-found"
    /// The request is about one of several instances, and names none or another one.
    case oneInstance = "one-instance"
    /// The pid is in use.
    case processExists = "process-exists"
    /// The service is stopping.
    case stopping = "stopping"
    /// The file already has a stream context.
    case streamContextExists = "stream-context-exists"
    /// The System process cannot exit.
    case systemProcess = "system-process"
    /// The tid is in use.
    case threadExists = "thread-exists"
    /// The request does not have a known token.
    case unauthenticated = "unauthenticated"
    /// The host does not exist.
    case unknownHost = "unknown-host"
    /// The journal does not contain the message.
    case unknownMessage = "unknown-message"
    /// No live process has the pid.
    case unknownProcess = "unknown-process"
    /// The stream context does not exist.
    case unknownStreamContext = "unknown-stream-context"
    /// The process has no thread with the tid.
    case unknownThread = "unknown-thread"
    /// The path does not accept the media type of the body.
    case unsupportedMediaType = "unsupported-media-type"
    /// A paused worker does not drain the queue.
    case workerPaused = "worker-paused"
    /// Only a paused worker can be stepped.
    case workerRunning = "worker-running"
    /// The worker was shut down.
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
        case .eventRefused, .hostExists, .limitReached, .processExists, .streamContextExists, .systemProcess,
            .threadExists, .workerPaused, .workerRunning, .workerStopped:
            409
        case .contentTooLarge: 413
        case .unsupportedMediaType: 415
        case .misdirected, .oneInstance: 421
        case .invalidEvents: 422
        case .internal: 500
        case .busy, .stopping: 503
        }
    }

    /// The title of all problems of this type.
    public var title: String {
        let words = rawValue.split(separator: "-").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// The meaning of the type, and what a client can do about it.
    public var explanation: String {
        switch self {
        case .busy:
            "All connections are in use (`server.connectionLimit`), or unread answers use all the memory that `limits.answerBytes` allows; `detail` says which. Nothing was done. Try again after the time in `Retry-After`."
        case .contentTooLarge: "The body is larger than the service accepts. Nothing was done."
        case .crossOrigin:
            "A browser sent this request for a web page of another site: `Origin` does not match `Host`, or `Sec-Fetch-Site` says so. `server.allowedHosts` lists the sites whose pages may send requests. Nothing was done."
        case .eventRefused:
            "With `strict=true`, the upload stops at the first line that the driver refuses. `line` is its number, and `report` counts the lines before it, which stay applied. Correct the line, and send the rest from there on."
        case .forbidden:
            "The token is valid, but its role does not allow this operation. `security` of the operation in openapi.yaml names the required role."
        case .hostExists:
            "A host with this name was created with a different body. Replace it with `?fresh=true`, or send the body that created it."
        case .internal: "The service failed to answer. This is a bug in the service; please report it."
        case .invalidEvents:
            "With `strict=true`, nothing is applied unless every line can be read. `errors` lists the lines that cannot, each with its fault; `errorsUnlisted` counts the rest."
        case .invalidRequest:
            "The path, the query or the body has faults. `errors` lists each with a JSON pointer into the body or the name of the parameter. Nothing was done."
        case .limitReached:
            "The service or the host has as many of these as its limit allows. Delete some, or raise the limit, which is a setting of the service; `detail` names it."
        case .methodNotAllowed:
            "The path exists, but does not support this method. `Allow` lists the methods that it supports."
        case .misdirected:
            "`Host` is not an address, localhost, a name without a dot, or a host in `server.allowedHosts`. While no tokens are required, other names are refused, because an attacker can make such a name resolve to this machine. Nothing was done."
        case .notAcceptable: "The `Accept` header excludes every media type that this path can return."
        case .notFound: "This path does not exist. `detail` names the nearest one; `/openapi.yaml` describes all."
        case .oneInstance:
            "Several instances serve this address, each with hosts of its own, and this request is about one of them: it lists or counts what an instance has, or uploads to several hosts. Name the instance in the header `Wdfilterd-Instance`. An instance also refuses a request that names another one, which is then not available. Nothing was done."
        case .processExists:
            "A live process has this pid. Omit the pid to get a free one, or let that process exit first."
        case .stopping: "The service is stopping and does not accept new requests."
        case .streamContextExists:
            "The file already has a stream context. The case of file names is ignored. Change the rules of that one, or delete it first."
        case .systemProcess:
            "The System process, pid 4, always exists and cannot exit (DATA-6). To start again with only that process, reset the host."
        case .threadExists: "A live thread has this tid. Omit the tid to get a free one, or delete that thread first."
        case .unauthenticated:
            "The service requires a bearer token, and the request does not have a valid one. Nothing was done."
        case .unknownHost: "No host has this name. `PUT` creates one."
        case .unknownMessage: "The journal does not contain this message: it was never created, or it was evicted."
        case .unknownProcess: "No live process of the host has this pid."
        case .unknownStreamContext: "The host has no such stream context."
        case .unknownThread: "The process has no such thread that was created through this API and not deleted."
        case .unsupportedMediaType: "This path does not accept the `Content-Type` of the body."
        case .workerPaused: "The worker is paused, so the queue would never drain. Resume it, or step it."
        case .workerRunning: "The worker takes messages from the queue by itself. Pause it before stepping it."
        case .workerStopped:
            "The worker was shut down (ASY-9), because the host was deleted or reset, or the service stops. Try again if the host exists, or create it."
        }
    }
}
