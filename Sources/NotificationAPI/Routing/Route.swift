public import MicroHTTPD

/// One operation of the API, with the method and path template of openapi.yaml.
public final class Route: Sendable {
    /// The method; `HEAD` is served wherever `GET` is.
    public let method: Method
    /// The path with its parameters in braces.
    public let template: String
    /// The operation's name in openapi.yaml.
    public let operationId: String
    /// The required role; nil for health checks and documents, which need no token.
    public let role: Role?
    /// The media types of the answer, the default first; empty for an answer without a body.
    let produces: [MediaType]
    /// The implementation.
    let action: Action
    /// Whether the first parameter of the path is a host's name.
    let namesHost: Bool
    /// Whether it is a health check, which is answered even if limits are reached.
    let isProbe: Bool
    /// The numbers of its answers.
    let metrics: RouteMetrics

    /// Whether it may change something. A GET never does (UIS-3).
    var isChange: Bool { method != .get }

    /// Performs an operation and sends the reply, at once or later. A thrown problem is the answer.
    typealias Handler = @Sendable (Call) throws(Problem) -> Void

    enum Action: Sendable {
        /// An operation without a body; if the request has one, it is discarded.
        case plain(Handler)
        /// An operation whose body has one of the types.
        case body([MediaType], Handler)
        /// An operation that processes a body of any length while it is received.
        case stream([MediaType], @Sendable (RequestContext) throws(Problem) -> any BodyConsumer)
    }

    /// The function to call once the body is complete; nil for uploads.
    let handler: Handler?

    private init(
        _ method: Method, _ template: String, _ operationId: String, for role: Role, _ produces: [MediaType],
        _ action: Action
    ) {
        self.method = method
        self.template = template
        self.operationId = operationId
        self.role = template.hasPrefix("/v1/") || template == "/metrics" ? role : nil
        self.produces = produces
        self.action = action
        handler =
            switch action {
            case .plain(let handler), .body(_, let handler): handler
            case .stream: nil
            }
        namesHost = template.hasPrefix("/v1/hosts/{host}")
        isProbe = ["/livez", "/readyz", "/healthz"].contains(template)
        metrics = RouteMetrics(operation: operationId)
    }

    static func get(
        _ template: String, _ operationId: String, produces: [MediaType] = [.json],
        _ handler: @escaping Handler
    ) -> Route {
        Route(.get, template, operationId, for: .read, produces, .plain(handler))
    }

    static func delete(
        _ template: String, _ operationId: String, for role: Role = .drive, produces: [MediaType] = [],
        _ handler: @escaping Handler
    ) -> Route {
        Route(.delete, template, operationId, for: role, produces, .plain(handler))
    }

    static func post(
        _ template: String, _ operationId: String, for role: Role = .drive, _ handler: @escaping Handler
    ) -> Route {
        Route(.post, template, operationId, for: role, [.json], .body([.json], handler))
    }

    static func put(
        _ template: String, _ operationId: String, for role: Role = .drive, _ handler: @escaping Handler
    ) -> Route {
        Route(.put, template, operationId, for: role, [.json], .body([.json], handler))
    }

    static func patch(
        _ template: String, _ operationId: String, for role: Role = .drive, _ handler: @escaping Handler
    ) -> Route {
        Route(.patch, template, operationId, for: role, [.json], .body([.json, .mergePatch], handler))
    }

    static func upload(
        _ template: String, _ operationId: String, produces: [MediaType] = [.json],
        _ action: @escaping @Sendable (RequestContext) throws(Problem) -> any BodyConsumer
    ) -> Route {
        // Clients that were generated from openapi.yaml send lines as bytes.
        Route(
            .post, template, operationId, for: .drive, produces,
            .stream([.ndjson, .octetStream, .json, .xml, .textXML], action))
    }
}
