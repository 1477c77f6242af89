public import CloudEvents
public import Driver
import JSON
import Locking
import Messages
import Synchronization

/// An engine behind a URL: each message is one POST of a CloudEvent, signed after Standard Webhooks.
///
/// Async messages go over one keep-alive connection, sync and direct ones over at most `syncConnections` others; what
/// comes on top waits, and its timeout runs on. A message is sent at most once: when a connection that was kept alive
/// dies under it, it fails.
public final class WebhookEngine: EnginePort {
    /// Most sync and direct messages of a host that are under way at a time.
    public static let syncConnections = 8

    /// Where the engine is.
    public let configuration: WebhookConfiguration
    private let origin: EventOrigin
    private let clock: any DriverClock
    private let multi: CurlMulti
    private let asyncLane: CurlLane.ID
    private let syncLane: CurlLane.ID
    private let headers: [String]
    private let pings = Atomic<UInt64>(0)
    private let state = Health()

    /// A connection is made with the first message.
    ///
    /// - Parameters:
    ///   - origin: The host whose messages these are; names the events.
    ///   - version: Of the service, for User-Agent.
    ///   - multi: The thread that does the work, shared by all engines.
    ///   - clock: Wall time, for `webhook-timestamp` and `WebhookHealth`; never the host's own clock.
    public init(
        configuration: WebhookConfiguration, origin: EventOrigin, version: String, multi: CurlMulti,
        clock: any DriverClock
    ) {
        self.configuration = configuration
        self.origin = origin
        self.clock = clock
        self.multi = multi
        let endpoint = CurlEndpoint(
            url: configuration.url, userAgent: "wdfilterd/\(version)", caFile: configuration.caFile)
        asyncLane = multi.openLane(to: endpoint, connections: 1)
        syncLane = multi.openLane(to: endpoint, connections: WebhookEngine.syncConnections)
        // libcurl takes "Name:" for "leave Name out" and "Name;" for an empty value.
        headers =
            ["Content-Type: \(configuration.encoding.mediaType)", "Expect:"]
            + configuration.headers.sorted { $0.key < $1.key }.map { $1.isEmpty ? "\($0);" : "\($0): \($1)" }
    }

    deinit { close() }

    /// Closes the connections; what is under way ends with STATUS_PORT_DISCONNECTED, and so does what is sent later.
    public func close() {
        multi.closeLane(asyncLane)
        multi.closeLane(syncLane)
    }

    /// How the last sends went.
    public var health: WebhookHealth { state.current }

    /// Posts `message`; `completion` is called on the thread of the `CurlMulti`.
    ///
    /// A timeout that is not positive is over at once.
    public func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        let start = Monotonic.now()
        let event = CloudEvent(message, origin: origin)
        let lane = message.kind == .async ? asyncLane : syncLane
        switch configuration.encoding {
        case .json:
            let data = MessageData(message, host: origin.host)
            let body = event.structured { data.write(to: &$0) }
            post(body, event, on: lane, about: message, from: start, timeout: timeout, completion)
        case .binary:
            post(message.bytes, event, on: lane, about: message, from: start, timeout: timeout, completion)
        }
    }

    /// Posts an event of type `wdfilter.ping`, for `POST /engine/ping`; any 2xx answer is a success.
    public func ping(timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void) {
        let number = pings.add(1, ordering: .relaxed).newValue
        let event = CloudEvent(id: "ping-\(number)", type: "wdfilter.ping", time: clock.now(), origin: origin)
        let body =
            switch configuration.encoding {
            case .json: event.structured { [host = origin.host] json in json.object { $0.member("host", host) } }
            case .binary: [UInt8]()
            }
        post(body, event, on: syncLane, about: nil, from: .now(), timeout: timeout, completion)
    }

    private func post(
        _ body: [UInt8], _ event: CloudEvent, on lane: CurlLane.ID, about message: EngineMessage?,
        from start: Monotonic, timeout: Duration, _ completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        let timestamp = (max(clock.now(), .unixEpoch).ticks - FileTime.unixEpoch.ticks) / FileTime.ticksPerSecond
        var headers = headers
        if configuration.encoding == .binary {
            let attributes = event.binaryHeaders + (message.map(CloudEvent.extensionHeaders) ?? [])
            headers += attributes.map { "\($0.name): \($0.value)" }
        }
        headers.append("webhook-id: \(event.id)")
        headers.append("webhook-timestamp: \(timestamp)")
        if let secret = configuration.secret {
            let signature = WebhookSignature.sign(id: event.id, timestamp: timestamp, body: body, with: secret)
            headers.append("webhook-signature: \(signature)")
        }
        let request = TransferRequest(headers: headers, body: body, deadline: start + timeout) {
            [state, clock] outcome in
            let reply = WebhookReply(outcome, to: message)
            state.record(reply, latency: Monotonic.now() - start, at: clock.now())
            completion(reply.result)
        }
        multi.send(request, on: lane)
    }
}

extension WebhookEngine: CustomReflectable {
    /// A mirror of the configuration alone: the headers may hold secrets.
    public var customMirror: Mirror { Mirror(self, children: ["configuration": configuration]) }
}

/// Keeps an engine's health; lives on in the sends that are under way when the engine is dropped.
private final class Health: Sendable {
    private let state = Locked(WebhookHealth())

    var current: WebhookHealth { state.withLock { $0 } }

    func record(_ reply: WebhookReply, latency: Duration, at time: FileTime) {
        state.withLock { health in
            if reply.result.status == .success { health.lastLatency = latency }
            if let fault = reply.fault { health.lastError = WebhookHealth.Failure(text: fault, time: time) }
        }
    }
}

extension WebhookConfiguration.Encoding {
    fileprivate var mediaType: String {
        switch self {
        case .json: CloudEvent.structuredMediaType
        case .binary: CloudEvent.binaryMediaType
        }
    }
}
