import Bytes
import Driver
public import Logging
public import MicroHTTPD
import Synchronization

/// The HTTP API: finds the operation of each request, checks in the order that the API promises, and has it done.
///
/// The order: path (404), method (405), the site it is sent to and comes from (421, 403), who asks (401, 403), room for
/// answers (503), media types (406, 413, 415), then parameters and body (400), then what they name (404), then conflicts (409).
public final class NotificationAPI: RequestHandler {
    let hosts: HostRegistry
    let dependencies: HostDependencies
    let logger: Logger
    let about: About
    let metrics = ServiceMetrics()
    let streamSlots: Slots
    let uploadSlots: UploadSlots
    let streamHeartbeat: Duration
    /// Lines of the log that were dropped; for the metrics.
    let droppedLogLines: @Sendable () -> UInt64
    let access: AccessControl
    let answerMemory: AnswerMemory
    let metricsReader: MetricsReader
    private let metricsOptions: MetricsOptions
    private let sites: SiteRules
    private let router: Router
    private let limits: Limits
    private let stopping = Atomic(false)
    private let requests = Atomic<UInt64>(0)

    /// Bounds of the API itself.
    public struct Limits: Hashable, Sendable {
        /// Hosts at a time.
        public var hosts = 4096
        /// Bytes of a JSON body; uploads of events have no limit.
        public var bodyBytes = 1 << 20
        /// Uploads of events at a time.
        public var uploads = 256
        /// Bytes of whole answers that clients have not read yet.
        public var answerBytes = 256 << 20
        /// Live streams of messages at a time.
        public var messageStreams = 1024
        /// How long a live stream is silent before it says that it is alive.
        public var streamHeartbeat = Duration.seconds(15)

        /// The defaults.
        public init() {}
    }

    /// Every operation.
    public static let routes: [Route] =
        ServiceRoutes.routes + HostRoutes.routes + ProcessRoutes.routes + ThreadRoutes.routes + ImageRoutes.routes
        + NotificationRoutes.routes + QueueRoutes.routes + MessageRoutes.routes + EngineRoutes.routes
        + EventRoutes.routes + ReplayRoutes.routes

    /// An API with one host, `default`.
    ///
    /// - Parameters:
    ///   - tokens: who may call; nil lets everybody do everything.
    ///   - allowedHosts: the names it answers to, besides those that are safe (UIS-1).
    ///   - droppedLogLines: how many lines of the log were dropped, which is one of the metrics; called on any thread.
    public init(
        defaults: HostDefaults = HostDefaults(), limits: Limits = Limits(), tokens: TokenTable? = nil,
        allowedHosts: [AllowedHost] = [], metrics: MetricsOptions = MetricsOptions(), dependencies: HostDependencies,
        about: About, logger: Logger, droppedLogLines: @escaping @Sendable () -> UInt64 = { 0 }
    ) {
        access = AccessControl(tokens)
        sites = SiteRules(allowedHosts: allowedHosts)
        answerMemory = AnswerMemory(limit: limits.answerBytes)
        metricsOptions = metrics
        hosts = HostRegistry(limit: limits.hosts, defaults: defaults, dependencies: dependencies)
        metricsReader = MetricsReader(hosts, metrics, on: dependencies.makeWorkQueue("wdfilterd.metrics"))
        self.dependencies = dependencies
        self.logger = logger
        self.about = about
        self.limits = limits
        self.droppedLogLines = droppedLogLines
        streamSlots = Slots(limit: limits.messageStreams)
        uploadSlots = UploadSlots(
            limit: limits.uploads,
            onCut: { address in
                logger.notice(
                    "slow upload ended, because another one needed its slot", metadata: ["remote": "\(address)"])
            })
        streamHeartbeat = limits.streamHeartbeat
        router = Router(NotificationAPI.routes)
        _ = hosts.create(HostRegistry.defaultName, HostCreation())
    }

    /// Decides what becomes of a request whose headers are there; on a pool thread.
    public func begin(_ head: RequestHead) -> RequestPlan {
        let requestId = requestId(of: head)
        switch router.match(head.method, head.target.segments) {
        case .nothing:
            let problem = Problem(.notFound, "Nothing is at \(head.target.path).")
            return .reject(refusal(problem, head, requestId, metrics.unrouted))
        case .otherMethods(let allow):
            let detail = "\(head.target.path) has no method \(head.method.rawValue)."
            let problem = Problem(.methodNotAllowed, detail, header: (name: "Allow", value: allow))
            return .reject(refusal(problem, head, requestId, metrics.unrouted))
        case .route(let route, let parameters):
            do throws(Problem) {
                if !route.isProbe { try sites.check(head, hasTokens: access.asksForTokens) }
                let admission = try role(of: route).map { role throws(Problem) in try access.admit(head, as: role) }
                // The answer to a change comes when it is done.
                if route.isChange, answerMemory.isFull { throw Problem.unreadAnswers }
                // Only who is let in uses the host.
                return try plan(
                    RequestContext(
                        api: self, route: route, head: head, pathParameters: parameters, requestId: requestId,
                        admission: admission, use: route.namesHost ? hosts.use(parameters[0]) : nil))
            } catch {
                return .reject(refusal(error, head, requestId, route.metrics))
            }
        }
    }

    private func role(of route: Route) -> Role? {
        route.operationId == "getMetrics" && !metricsOptions.requiresToken ? nil : route.role
    }

    /// Replaces who may call; from any thread. See `TokenTable`.
    public func replaceTokens(_ tokens: TokenTable) { access.replace(tokens) }

    private func plan(_ context: RequestContext) throws(Problem) -> RequestPlan {
        let head = context.head
        if context.representation == nil, !context.route.produces.isEmpty {
            throw Problem(.notAcceptable, "This path gives \(context.route.produces.list).")
        }
        switch context.route.action {
        case .plain: return .stream(IgnoredBody(context))
        case .body(let types, _):
            try checkCoding(of: head)
            if let length = head.contentLength, length > UInt64(limits.bodyBytes) { throw tooLarge }
            try check(types, of: head)
            return collect(context)
        case .stream(let type, let action):
            try checkCoding(of: head)
            try check([type], of: head)
            return .stream(try action(context))
        }
    }

    /// Bodies come as they are (RFC 9110, section 8.4): a compressed one would be misread.
    private func checkCoding(of head: RequestHead) throws(Problem) {
        if head.headers.allSatisfy("Content-Encoding", { $0.equalsIgnoringCase("identity".utf8.span) }) { return }
        throw Problem(
            .unsupportedMediaType, "The body has a content coding. Send it without one, decompressed.",
            header: (name: "Accept-Encoding", value: "identity"))
    }

    private func check(_ types: [MediaType], of head: RequestHead) throws(Problem) {
        guard let contentType = head.headers["Content-Type"] else {
            if !head.hasBody { return }
            throw Problem(.unsupportedMediaType, "The body has no Content-Type; \(types.list) is taken here.")
        }
        if !types.contains(where: { $0.matches(contentType: contentType) }) {
            throw Problem(.unsupportedMediaType, "Only \(types.list) is taken here.")
        }
    }

    // The closures capture the context alone: that needs no box of its own.
    private func collect(_ context: RequestContext) -> RequestPlan {
        .collect(limit: limits.bodyBytes) {
            context.api.refusal(context.api.tooLarge, context.head, context.requestId, context.route.metrics)
        } handle: { request, responder in
            context.perform(body: request.body, responder)
        }
    }

    private var tooLarge: Problem {
        Problem(.contentTooLarge, "A body may have \(limits.bodyBytes) bytes.")
    }

    // MARK: Refusals

    private func refusal(
        _ problem: Problem, _ head: RequestHead, _ requestId: String, _ metrics: RouteMetrics
    ) -> Response {
        recordAnswer(problem.status, head, requestId, metrics)
        return problem.response(instance: head.target.path, RequestContext.identification(requestId))
    }

    /// Counts and logs an answer.
    func recordAnswer(
        _ status: Int, _ head: RequestHead, _ requestId: String, _ metrics: RouteMetrics, caller: String? = nil
    ) {
        metrics.count(status: status)
        logger.debug(
            "request",
            metadata: [
                "id": .string(requestId), "method": .string(head.method.rawValue), "path": .string(head.target.path),
                "status": .stringConvertible(status), "remote": .string(head.remoteAddress),
                "caller": .string(caller ?? "-"),
            ])
    }

    /// The answer for a request that is refused before it is one of ours.
    public func refuse(_ violation: RequestViolation, _ head: RequestHead?) -> Response {
        let problem =
            switch violation {
            case .stopping: Problem(.stopping, violation.detail)
            case .noSlot: Problem.busy("All connections (`server.connectionLimit`) are in use.")
            default: Problem(.invalidRequest, violation.detail, status: violation.status)
            }
        guard let head else {
            metrics.unrouted.count(status: problem.status)
            return problem.response(instance: "/")
        }
        return refusal(problem, head, requestId(of: head), metrics.unrouted)
    }

    /// Whether the service itself is asked how it is.
    public func isProbe(_ head: RequestHead) -> Bool {
        if case .route(let route, _) = router.match(head.method, head.target.segments) { route.isProbe } else { false }
    }

    /// The answer where an operation gave none.
    public func failure() -> Response {
        metrics.unrouted.count(status: 500)
        logger.error("request ended without an answer from its operation")
        return Problem(.internal, "The service failed to answer.").response(instance: "/")
    }

    /// The client's own id when it is a plain one, else a new one.
    private func requestId(of head: RequestHead) -> String {
        let number = requests.add(1, ordering: .relaxed).newValue
        if let given = head.headers["X-Request-Id"], (1...128).contains(given.utf8.count),
            given.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        {
            return given
        }
        return about.instance + "-" + String(number)
    }
}

/// The body of a request that should have none: of whatever length, it is read and forgotten.
private final class IgnoredBody: BodyConsumer {
    private let context: RequestContext

    init(_ context: RequestContext) { self.context = context }

    func consume(_ bytes: UnsafeRawBufferPointer, resume: BodyResumption) -> Int { bytes.count }

    func finish(_ responder: Responder) {
        context.perform(body: [], responder)
    }

    func abandon() {}
}

extension NotificationAPI {
    /// Live streams of messages that are open now.
    public var openStreams: Int { streamSlots.inUse }
}

// MARK: - Stopping

extension NotificationAPI {
    /// Whether `prepareToStop` was called; `/readyz` says so.
    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// Ends what waits for something that may never come, so that requests in hand can finish.
    public func prepareToStop() {
        stopping.store(true, ordering: .relaxed)
        hosts.endWaits()
    }

    /// Unloads all drivers (ASY-9); `completion` gets what their counters say once no message is under way any more.
    public func unload(completion: @escaping @Sendable (ServiceLedger) -> Void) {
        let drivers = hosts.unordered.map(\.driver) + hosts.drainingHosts.drivers
        let latch = CountdownLatch(count: drivers.count) { completion(self.ledger) }
        for driver in drivers { driver.unload { _ in latch.countDown() } }
    }

    /// What has become of all messages up to now.
    public var ledger: ServiceLedger {
        // The hosts first: one that is removed meanwhile is then reported twice rather than not at all.
        let ledgers = hosts.all.map { HostLedger(host: $0.name, counters: $0.driver.counters) }
        return ServiceLedger(hosts: ledgers, removed: hosts.drainingHosts.sums)
    }

    /// Removes hosts that nobody has used for so many seconds.
    ///
    /// None once the service stops: then all are unloaded and reported.
    public func removeIdleHosts(after seconds: Int) {
        if !isStopping { hosts.removeIdle(longerThan: seconds) }
    }
}

extension [MediaType] {
    fileprivate var list: String { map { String($0.essence) }.joined(separator: " or ") }
}
