public import MicroHTTPD

/// One operation of the API: a method and a path template, as openapi.yaml has them.
public final class Route: Sendable {
    /// The method; `HEAD` is served wherever `GET` is.
    public let method: Method
    /// The path with its parameters in braces.
    public let template: String
    /// The operation's name in openapi.yaml.
    public let operationId: String
    /// Who may have it done; nil for everybody, of probes and documents.
    public let role: Role?
    /// What the operation gives, the one that it gives unasked first; empty for one that gives nothing.
    let produces: [MediaType]
    /// How the operation is done.
    let action: Action
    /// Whether the first parameter of the path is a host's name.
    let namesHost: Bool
    /// Whether it asks how the service is; such a request is answered whatever limits are reached.
    let isProbe: Bool
    /// Counts its answers.
    let metrics: RouteMetrics

    /// Whether it may change something. By UIS-3 no GET does.
    var isChange: Bool { method != .get }

    /// Does an operation and answers by the call's reply, or refuses by throwing.
    typealias Answering = @Sendable (Call) throws(Problem) -> Void

    enum Action: Sendable {
        /// Answers by itself; a body is read and ignored.
        case plain(Answering)
        /// Answers a body of one of the types.
        case body([MediaType], Answering)
        /// Takes a body of any length as it comes.
        case stream(MediaType, @Sendable (RequestContext) throws(Problem) -> any BodyConsumer)
    }

    /// How the operation is done once the whole body is there; nil when it takes it as it comes.
    var answering: Answering? {
        switch action {
        case .plain(let answering), .body(_, let answering): answering
        case .stream: nil
        }
    }

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
        namesHost = template.hasPrefix("/v1/hosts/{host}")
        isProbe = ["/livez", "/readyz", "/healthz"].contains(template)
        metrics = RouteMetrics(operation: operationId)
    }

    static func get(
        _ template: String, _ operationId: String, produces: [MediaType] = [.json],
        _ action: @escaping Answering
    ) -> Route {
        Route(.get, template, operationId, for: .read, produces, .plain(action))
    }

    static func delete(
        _ template: String, _ operationId: String, for role: Role = .drive, produces: [MediaType] = [],
        _ action: @escaping Answering
    ) -> Route {
        Route(.delete, template, operationId, for: role, produces, .plain(action))
    }

    static func post(
        _ template: String, _ operationId: String, for role: Role = .drive, _ action: @escaping Answering
    ) -> Route {
        Route(.post, template, operationId, for: role, [.json], .body([.json], action))
    }

    static func put(
        _ template: String, _ operationId: String, for role: Role = .drive, _ action: @escaping Answering
    ) -> Route {
        Route(.put, template, operationId, for: role, [.json], .body([.json], action))
    }

    static func patch(
        _ template: String, _ operationId: String, for role: Role = .drive, _ action: @escaping Answering
    ) -> Route {
        Route(.patch, template, operationId, for: role, [.json], .body([.json, .mergePatch], action))
    }

    static func upload(
        _ template: String, _ operationId: String, of type: MediaType,
        _ action: @escaping @Sendable (RequestContext) throws(Problem) -> any BodyConsumer
    ) -> Route {
        Route(.post, template, operationId, for: .drive, [.json], .stream(type, action))
    }
}
