import Runtime
import Bytes
import Driver
public import Logging
public import MicroHTTPD
import Synchronization

/// The HTTP API: finds the operation of each request, checks the request in the documented order, and performs it.
///
/// The order: path (404), method (405), instance (421), site (421, 403), token and role (401, 403), memory for answers (503),
/// media types and size (406, 413, 415), parameters and body (400), existence of the named objects (404), conflicts (409).
public final class NotificationAPI: RequestHandler {
    let hosts: HostRegistry
    let dependencies: HostDependencies
    let logger: Logger
    /// The level of `logger`, which each request would copy to ask for it.
    private let logLevel: Logger.Level
    private let loggedRequests: LoggedRequests
    /// When the service started.
    let startTime = SystemClock().now()
    let about: About
    let scenarioSchema: @Sendable () -> [UInt8]
    let metrics = ServiceMetrics()
    let deprecations: Deprecations
    let streamSlots: Slots
    let streamTurns = StreamTurns()
    let uploadSlots: UploadSlots
    let heldBodies: HeldBodies
    let streamHeartbeat: Duration
    /// The number of dropped log lines, for the metrics.
    let droppedLogLines: @Sendable () -> UInt64
    let access: AccessControl
    let answerMemory: AnswerMemory
    let metricsReader: MetricsReader
    private let metricsOptions: MetricsOptions
    private let sites: SiteRules
    private let instance: InstanceRule?
    private let router: Router
    private let limits: Limits
    private let leaving = Atomic(false)
    private let stopping = Atomic(false)
    private let requests = Atomic<UInt64>(0)

    /// The limits of the API itself.
    public struct Limits: Hashable, Sendable {
        /// The maximum number of hosts.
        public var hosts = 4096
        /// The maximum size of a JSON body in bytes.
        public var bodyBytes = 1 << 20
        /// The maximum number of concurrent uploads.
        public var uploads = 256
        /// The maximum size of a strict upload in bytes.
        public var strictBodyBytes = 16 << 20
        /// The maximum number of bytes in answers that clients have not read yet.
        public var answerBytes = 256 << 20
        /// The maximum number of bytes of the histories and decisions of all hosts.
        public var historyBytes = 64 << 20
        /// The maximum number of concurrent live streams.
        public var messageStreams = 1024
        /// The time after which an idle live stream sends a heartbeat.
        public var streamHeartbeat = Duration.seconds(15)

        /// The defaults.
        public init() {}
    }

    /// All operations.
    public static let routes: [Route] =
        PageRoutes.routes + ServiceRoutes.routes + HostRoutes.routes + ProcessRoutes.routes + ThreadRoutes.routes
        + ImageRoutes.routes + NotificationRoutes.routes + QueueRoutes.routes + HistoryRoutes.routes
        + DecisionRoutes.routes + MessageRoutes.routes + EngineRoutes.routes + EventRoutes.routes
        + ReplayRoutes.routes

    /// An API with one host, `default`.
    ///
    /// - Parameters:
    ///   - tokens: the known tokens; nil allows every request without a token.
    ///   - allowedHosts: the accepted `Host` values; the ones that are always safe need not be listed (UIS-1).
    ///   - droppedLogLines: returns the number of dropped log lines, for the metrics; called on any thread.
    public init(
        defaults: HostDefaults = HostDefaults(), limits: Limits = Limits(), tokens: TokenTable? = nil,
        allowedHosts: [AllowedHost] = [], metrics: MetricsOptions = MetricsOptions(), dependencies: HostDependencies,
        about: About, logger: Logger, loggedRequests: LoggedRequests = .none,
        droppedLogLines: @escaping @Sendable () -> UInt64 = { 0 }
    ) {
        self.loggedRequests = loggedRequests
        var dependencies = dependencies
        dependencies.logger = logger
        access = AccessControl(tokens)
        sites = SiteRules(allowedHosts: allowedHosts)
        instance = about.instance.map(InstanceRule.init)
        answerMemory = AnswerMemory(limit: limits.answerBytes)
        metricsOptions = metrics
        hosts = HostRegistry(
            limit: limits.hosts, historyBytes: limits.historyBytes, defaults: defaults, dependencies: dependencies)
        metricsReader = MetricsReader(hosts, metrics, on: dependencies.makeWorkQueue("wdfilterd.metrics"))
        self.dependencies = dependencies
        self.logger = logger
        logLevel = logger.logLevel
        deprecations = Deprecations(logger: logger)
        self.about = about
        scenarioSchema = about.scenarioSchema
        self.limits = limits
        self.droppedLogLines = droppedLogLines
        streamSlots = Slots(limit: limits.messageStreams)
        uploadSlots = UploadSlots(
            limit: limits.uploads,
            onCut: { address in
                logger.notice(
                    "slow upload ended, because another one needed its slot", metadata: ["remote": "\(address)"])
            })
        heldBodies = HeldBodies(uploadLimit: limits.strictBodyBytes)
        streamHeartbeat = limits.streamHeartbeat
        router = Router(NotificationAPI.routes)
        _ = hosts.create(HostRegistry.defaultName, HostCreation())
    }

    /// Decides how to handle a request once its headers are complete. Called on a pool thread.
    public func begin(_ head: RequestHead) -> RequestPlan {
        let requestId = requestId(of: head)
        switch router.match(head.method, head.target) {
        case .nothing where PageRoutes.isForFolder(head): return .reject(redirection(to: "/", head, requestId))
        case .nothing:
            let problem = Problem(.notFound, "Unknown path \(head.target.path)" + router.hint(for: head.target.path))
            return .reject(refusal(problem, head, requestId, metrics.unrouted))
        case .otherMethods(let allow):
            let detail = "\(head.target.path) does not support \(head.method.rawValue), only \(allow)."
            let problem = Problem(.methodNotAllowed, detail, header: (name: "Allow", value: allow))
            return .reject(refusal(problem, head, requestId, metrics.unrouted))
        case .route(let route, let parameters):
            do throws(Problem) {
                try instance?.check(head)
                if !route.isProbe { try sites.check(head, hasTokens: access.requiresTokens) }
                let admission = try role(of: route).map { role throws(Problem) in try access.admit(head, as: role) }
                // The answer to a change is written after the change is made, too late to refuse it.
                if route.isChange, answerMemory.isFull { throw Problem.unreadAnswers }
                // Only an admitted request keeps the host from being idle.
                return try plan(
                    RequestContext(
                        api: self, route: route, head: head, pathParameters: parameters, requestId: requestId,
                        admission: admission, usedHost: route.namesHost ? hosts.beginUse(of: parameters[0]) : nil))
            } catch {
                return .reject(refusal(error, head, requestId, route.metrics))
            }
        }
    }

    private func role(of route: Route) -> Role? {
        route.operationId == "getMetrics" && !metricsOptions.requiresToken ? nil : route.role
    }

    /// Replaces the known tokens. Called on any thread.
    public func replaceTokens(_ tokens: TokenTable) { access.replace(tokens) }

    private func plan(_ context: RequestContext) throws(Problem) -> RequestPlan {
        let head = context.head
        if context.representation == nil, !context.route.produces.isEmpty {
            throw Problem(
                .notAcceptable,
                "This path returns only \(context.route.produces.list), which the Accept header excludes.")
        }
        switch context.route.action {
        case .plain: return .stream(IgnoredBody(context))
        case .body(let types, _):
            try checkCoding(of: head)
            if let length = head.contentLength, length > UInt64(limits.bodyBytes) { throw tooLarge }
            try check(types, of: head)
            return collect(context)
        case .stream(let types, let action):
            try checkCoding(of: head)
            try check(types, of: head, hint: Problem.hintOnFiles)
            return .stream(try action(context))
        }
    }

    /// Refuses bodies with a content coding (RFC 9110, section 8.4), which would be misread.
    private func checkCoding(of head: RequestHead) throws(Problem) {
        if head.headers.allSatisfy("Content-Encoding", { $0.equalsIgnoringCase("identity") }) { return }
        throw Problem(
            .unsupportedMediaType, "The body has a content coding. Send it uncompressed.",
            header: (name: "Accept-Encoding", value: "identity"))
    }

    private func check(_ types: [MediaType], of head: RequestHead, hint: String = "") throws(Problem) {
        if head.headers.firstSatisfies("Content-Type", { type in types.contains { $0.matches(contentType: type) } }) {
            return
        }
        if let contentType = head.headers["Content-Type"] {
            throw Problem(
                .unsupportedMediaType,
                "The Content-Type of the body must be \(types.list), not \(contentType.quoted()).\(hint)")
        }
        if !head.hasBody { return }
        throw Problem(
            .unsupportedMediaType, "The body has no Content-Type. Send it with Content-Type: \(types.list).")
    }

    // The closures capture only the context, so that Swift allocates no box for captures.
    private func collect(_ context: RequestContext) -> RequestPlan {
        .collect(limit: limits.bodyBytes) {
            context.api.refusal(
                context.api.tooLarge, context.head, context.requestId, context.route.metrics, from: context.start)
        } handle: { request, responder in
            context.perform(body: request.body, responder)
        }
    }

    private var tooLarge: Problem {
        Problem(
            .contentTooLarge, "The body may have at most \(limits.bodyBytes) bytes, the limit server.bodyLimitBytes.")
    }

    /// The answer 308: the resource is at `path`, for good.
    private func redirection(to path: String, _ head: RequestHead, _ requestId: String) -> Response {
        recordAnswer(308, head, requestId, metrics.unrouted, from: .now())
        let headers = AnswerHeaders.list(
            nil, RequestContext.identification(requestId), (name: "Location", value: path))
        return Response(status: 308, headers: headers + PageHeaders.list(for: head.target.path))
    }

    // MARK: Refusals

    private func refusal(
        _ problem: Problem, _ head: RequestHead, _ requestId: String, _ metrics: RouteMetrics,
        from start: Monotonic = .now()
    ) -> Response {
        // A token whose role is too low is the one case in which a refused caller is known.
        let caller = problem.type == .forbidden ? access.caller(of: head)?.name : nil
        recordAnswer(problem.status, head, requestId, metrics, from: start, caller: caller)
        return problem.response(instance: head.target.path, RequestContext.identification(requestId))
    }

    /// Counts and logs an answer to a request that began at `start`.
    func recordAnswer(
        _ status: Int, _ head: RequestHead, _ requestId: String, _ metrics: RouteMetrics, from start: Monotonic,
        caller: String? = nil
    ) {
        let nanoseconds = UInt64(Monotonic.now().nanoseconds - start.nanoseconds)
        metrics.count(status: status, nanoseconds: nanoseconds)
        let level: Logger.Level = loggedRequests.includes(status) ? .info : .debug
        guard level >= logLevel else { return }
        logger.log(
            level: level, "request",
            metadata: [
                "id": .string(requestId), "method": .string(head.method.rawValue), "path": .string(head.target.path),
                "status": .stringConvertible(status), "remote": .string(head.remoteAddress),
                "caller": .string(caller ?? "-"),
                "durationMicroseconds": .stringConvertible(nanoseconds / 1000),
            ])
    }

    /// The answer to a request that violates HTTP or a limit, before any operation is chosen.
    public func refuse(_ violation: RequestViolation, _ head: RequestHead?) -> Response {
        let problem =
            switch violation {
            case .stopping: Problem(.stopping, violation.detail)
            case .noSlot: Problem.busy("All connections (`server.connectionLimit`) are in use.")
            default: Problem(.invalidRequest, violation.detail, status: violation.status)
            }
        guard let head else {
            let requestId = newRequestId()
            metrics.unrouted.count(status: problem.status, nanoseconds: 0)
            logger.log(
                level: loggedRequests.includes(problem.status) ? .info : .debug, "request",
                metadata: [
                    "id": .string(requestId), "status": .stringConvertible(problem.status),
                    "fault": .string(problem.detail),
                ])
            return problem.response(instance: "/", RequestContext.identification(requestId))
        }
        return refusal(problem, head, requestId(of: head), metrics.unrouted)
    }

    /// Whether the request is a health check.
    public func isProbe(_ head: RequestHead) -> Bool {
        if case .route(let route, _) = router.match(head.method, head.target) { route.isProbe } else { false }
    }

    /// The answer to a request that its operation did not answer.
    public func failure() -> Response {
        metrics.unrouted.count(status: 500, nanoseconds: 0)
        logger.error("request ended without an answer from its operation")
        return Problem(.internal, "The service failed to answer.")
            .response(instance: "/", RequestContext.identification(newRequestId()))
    }

    /// The client's request id if it consists of 1 to 128 visible ASCII characters, else a new one.
    private func requestId(of head: RequestHead) -> String {
        if let given = head.headers["X-Request-Id"], (1...128).contains(given.utf8.count),
            given.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        {
            return given
        }
        return newRequestId()
    }

    private func newRequestId() -> String {
        let number = requests.add(1, ordering: .relaxed).newValue
        var run = about.run
        return run.withUTF8 { run in
            // A text of at most 15 bytes becomes a string without an allocation.
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: run.count + 21) { text in
                _ = text.update(fromContentsOf: run)
                text[run.count] = UInt8(ascii: "-")
                let end = run.count + 1 + number.writeDecimal(to: text.extracting((run.count + 1)...))
                return String(decoding: text.extracting(..<end), as: UTF8.self)
            }
        }
    }
}

/// Reads and discards the body of a request that should not have one, whatever its length.
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
    /// The number of open live streams.
    public var openStreams: Int { streamSlots.inUse }
}

// MARK: - Stopping

extension NotificationAPI {
    /// Whether `/readyz` says that the service stops: it will soon, or already does.
    var isLeaving: Bool { leaving.load(ordering: .relaxed) || isStopping }

    /// Whether `prepareToStop` was called.
    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// Makes `/readyz` answer 503, so that a proxy sends new hosts elsewhere. Everything else works as before.
    public func announceStop() { leaving.store(true, ordering: .relaxed) }

    /// Ends the waits of requests for events that may never occur, so that requests in flight can finish.
    public func prepareToStop() {
        stopping.store(true, ordering: .relaxed)
        hosts.endWaits()
    }

    /// Unloads all drivers (ASY-9), and calls `completion` with the message outcomes once no message is in flight.
    public func unload(completion: @escaping @Sendable (ServiceLedger) -> Void) {
        let drivers = hosts.unordered.map(\.driver) + hosts.drainingHosts.drivers
        let latch = CountdownLatch(count: drivers.count) { completion(self.ledger) }
        for driver in drivers { driver.unload { _ in latch.countDown() } }
    }

    /// The current message outcomes of all hosts.
    public var ledger: ServiceLedger {
        // Existing hosts first: a host that is deleted meanwhile is then reported twice rather than not at all.
        let ledgers = hosts.all.map { HostLedger(host: $0.name, counters: $0.driver.counters) }
        return ServiceLedger(hosts: ledgers, removed: hosts.drainingHosts.sums)
    }

    /// Removes hosts that were not used for more than `seconds`.
    ///
    /// Does nothing while the service is stopping, which unloads and reports all hosts anyway.
    public func removeIdleHosts(after seconds: Int) {
        if !isStopping { hosts.removeIdle(longerThan: seconds) }
    }
}

extension [MediaType] {
    fileprivate var list: String { map { String($0.essence) }.joined(separator: " or ") }
}
