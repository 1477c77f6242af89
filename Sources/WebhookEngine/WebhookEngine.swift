import Bytes
public import Driver
public import DriverJSON
import JSON
import Messages
import Synchronization

/// An engine behind a URL: each message is one POST of a CloudEvent, signed per Standard Webhooks.
///
/// Engines with the same URL, CA file and headers share a pool of connections. An engine's async messages are sent one
/// at a time, or one batch at a time, its sync and direct messages immediately. A message without a free connection waits, and its timeout
/// keeps running. A message is sent at most once: if its reused connection turns out to be dead, it fails.
public final class WebhookEngine: EnginePort {
    /// The engine's URL, secret, headers and encoding.
    public let configuration: WebhookConfiguration
    private let origin: EventOrigin
    private let clock: any DriverClock
    private let thread: WebhookThread
    private let endpoint: Endpoint.Key
    private let client: ClientID
    private let gauge: PoolGauge
    private let head: RequestHead
    /// The head of batches; nil if the configuration has none.
    private let batchHead: RequestHead?
    private let signer: WebhookSigner?
    private let isClosed = Atomic(false)

    /// Creates an engine. The first message opens a connection.
    ///
    /// - Parameters:
    ///   - origin: The host that sends the messages; the source of the events.
    ///   - version: The version of the service, for User-Agent.
    ///   - thread: The webhook thread, shared by all engines.
    ///   - clock: Wall clock for `webhook-timestamp`; never the host's clock.
    public init(
        configuration: WebhookConfiguration, origin: EventOrigin, version: String, thread: WebhookThread,
        clock: any DriverClock
    ) {
        self.configuration = configuration
        self.origin = origin
        self.clock = clock
        self.thread = thread
        signer = configuration.secret.map { WebhookSigner($0) }
        let endpoint = Endpoint(
            url: configuration.url, userAgent: "wdfilterd/\(version)", certificates: configuration.caFile,
            headers: configuration.headers)
        self.endpoint = endpoint.key
        (client, gauge) = thread.open(endpoint, host: origin.host)
        func head(_ mediaType: String) -> RequestHead {
            RequestHead(
                url: configuration.url, userAgent: endpoint.userAgent, mediaType: mediaType,
                headers: configuration.headers)
        }
        self.head = head(configuration.encoding.mediaType)
        batchHead = configuration.batch.map { _ in head(CloudEvent.batchMediaType) }
    }

    deinit { close() }

    /// Ends all messages with STATUS_PORT_DISCONNECTED, including those sent later. Other engines with the same endpoint
    /// keep the connections; the last one closes them.
    public func close() {
        if !isClosed.exchange(true, ordering: .relaxed) { thread.close(client, of: endpoint) }
    }

    /// Usage of the endpoint's connection pool.
    public var poolUse: PoolUse { gauge.use }

    /// Posts `message`; `completion` is called on the thread of the webhooks, or on one that sends.
    ///
    /// A timeout of zero or less expires at once.
    public func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        let start = Monotonic.now()
        let event = CloudEvent(message, origin: origin)
        let lane = message.kind == .async ? Lane.async : .immediate
        switch configuration.encoding {
        case .json:
            let data = MessageData(message, host: origin.host)
            let body = event.structured { data.write(to: &$0) }
            post(body, event, on: lane, about: message, from: start, timeout: timeout, completion)
        case .binary:
            post(message.bytes, event, on: lane, about: message, from: start, timeout: timeout, completion)
        }
    }

    /// Batches, if the configuration has them.
    public var batches: (any BatchPort)? {
        guard let limits = configuration.batch, let batchHead else { return nil }
        return WebhookBatches(engine: self, limits: limits, head: batchHead)
    }

    /// Posts the first of `messages` that fit into a request as an array.
    func send(
        batch messages: [EngineMessage], under head: RequestHead, timeout: Duration,
        completion: @escaping @Sendable ([EngineResult]) -> Void
    ) {
        let start = Monotonic.now()
        let batch = MessageBatch(messages, origin: origin)
        post(batch.body, id: batch.id, head, [], on: .async, deadline: start + timeout) { end in
            let result = WebhookReply(end, to: nil).result
            completion([EngineResult](repeating: result, count: batch.count))
        }
    }

    /// Posts an event of type `wdfilter.ping`, for `POST /engine/ping`; any 2xx answer is a success.
    public func ping(timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void) {
        let event = CloudEvent(ping: thread.nextPingNumber(), time: clock.now(), origin: origin)
        let body =
            switch configuration.encoding {
            case .json: event.structured { [host = origin.host] json in json.object { $0.member("host", host) } }
            case .binary: [UInt8]()
            }
        post(body, event, on: .immediate, about: nil, from: .now(), timeout: timeout, completion)
    }

    private func post(
        _ body: [UInt8], _ event: CloudEvent, on lane: Lane, about message: EngineMessage?,
        from start: Monotonic, timeout: Duration, _ completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        var headers: [(name: String, value: String)] = []
        if configuration.encoding == .binary {
            headers = event.binaryHeaders + (message.map(CloudEvent.extensionHeaders) ?? [])
        }
        post(body, id: event.id, head, headers, on: lane, deadline: start + timeout) { end in
            completion(WebhookReply(end, to: message).result)
        }
    }

    private func post(
        _ body: [UInt8], id: String, _ head: RequestHead, _ eventHeaders: [(name: String, value: String)],
        on lane: Lane, deadline: Monotonic, _ completion: @escaping @Sendable (TransferEnd) -> Void
    ) {
        let seconds = (max(clock.now(), .unixEpoch).ticks - FileTime.unixEpoch.ticks) / FileTime.ticksPerSecond
        var headers = MessageHeaders(event: eventHeaders, id: id, timestamp: String(seconds))
        headers.signature = signer?.sign(id: id, timestamp: headers.timestamp, body: body)
        let request = TransferRequest(
            bytes: head.request(headers, body: body), deadline: deadline, completion: completion)
        thread.send(request, of: client, on: lane)
    }
}

extension WebhookEngine: CustomReflectable {
    /// A mirror of the configuration only: the headers may contain secrets.
    public var customMirror: Mirror { Mirror(self, children: ["configuration": configuration]) }
}

extension WebhookConfiguration.Encoding {
    fileprivate var mediaType: String {
        switch self {
        case .json: CloudEvent.structuredMediaType
        case .binary: CloudEvent.binaryMediaType
        }
    }
}
