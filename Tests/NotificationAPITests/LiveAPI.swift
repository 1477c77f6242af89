import Driver
import Engines
import Locking
import Logging
import MicroHTTPD
import NotificationAPI
import Runtime
import Testing
import TestSupport
import WebhookEngine
import YAMLTesting

/// The API behind a daemon on a free port. The test controls its timeouts and delays.
final class LiveAPI: Sendable {
    let timers = ManualTimers()
    let api: NotificationAPI
    let daemon: Daemon
    private let webhooks: WebhookThread

    init(
        hostLimit: Int = 4096, streamLimit: Int = 1024, uploadLimit: Int = 256,
        requestDeadline: Duration = .seconds(30),
        defaults: HostDefaults = HostDefaults(), tokens: TokenTable? = nil, allowedHosts: [String] = [],
        metrics: MetricsOptions = MetricsOptions(), endpoint: Endpoint = .tcp(), answerBytes: Int = 256 << 20,
        strictBodyBytes: Int = 16 << 20, otherTimers: (any TimerQueue)? = nil
    ) throws {
        webhooks = try WebhookThread(connections: 4096)
        var limits = NotificationAPI.Limits()
        limits.hosts = hostLimit
        limits.messageStreams = streamLimit
        limits.uploads = uploadLimit
        limits.answerBytes = answerBytes
        limits.strictBodyBytes = strictBodyBytes
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        api = NotificationAPI(
            defaults: defaults, limits: limits, tokens: tokens,
            allowedHosts: allowedHosts.compactMap { AllowedHost($0) },
            metrics: metrics,
            dependencies: HostDependencies(timers: otherTimers ?? timers, webhooks: webhooks, version: "0"),
            about: About(version: "0", swift: "6"), logger: logger)
        var configuration = DaemonConfiguration(endpoint)
        configuration.connectionLimit = 8192
        configuration.requestDeadline = requestDeadline
        daemon = try Daemon(configuration, handler: api) { _ in }
    }

    deinit {
        daemon.stop(within: .zero)
        webhooks.stop()
    }

    /// A separate connection.
    func client() throws -> HTTPClient { try HTTPClient(daemon.port) }

    /// Waits until `count` timeouts of this length are running.
    func waits(_ count: Int = 1, of delay: Duration) -> Bool {
        eventually { self.timers.delays.count { $0 == delay } >= count }
    }
}

/// Processes of a host on which every operation works: `armed` has NotifyNewThreadDifferentProcess set.
struct Processes {
    static let armed = 1000
    static let other = 1004

    /// Creates both, and `host` if it does not exist. The engine must answer at once.
    static func make(on host: String, _ client: HTTPClient, hostBody: String = "{}") throws {
        let creation = try client.ask("PUT", "/v1/hosts/\(host)", hostBody)
        try #require([200, 201].contains(creation.status))
        for (pid, rules) in [(armed, #"["NotifyNewThreadDifferentProcess"]"#), (other, "[]")] {
            let body = #"{"processId":\#(pid),"imageFileName":"a.exe","rules":\#(rules)}"#
            try #require(try client.ask("POST", "/v1/hosts/\(host)/processes", body).status == 201)
        }
    }

    /// A thread that `armed` creates in `other`: a sync message, then an async one.
    static func remoteThread(on host: String) -> (method: String, target: String, body: String) {
        ("POST", "/v1/hosts/\(host)/processes/\(other)/threads", #"{"creatorProcessId":\#(armed)}"#)
    }

    /// An image load of `other`: an async message.
    static func imageLoad(on host: String) -> (method: String, target: String, body: String) {
        ("POST", "/v1/hosts/\(host)/processes/\(other)/images", #"{"fullImageName":"a.dll"}"#)
    }
}

/// The host `a`, whose engine never answers: its worker has a message in hand, the message of one thread creation is at the
/// engine, that of another waits for the semaphore. Its queue has room for one message.
struct BusyHost {
    let live: LiveAPI
    let client: HTTPClient
    /// The request that waits for the engine.
    let sending: HTTPClient
    /// The request that waits for the semaphore.
    let waiting: HTTPClient

    init() throws {
        live = try LiveAPI()
        client = try live.client()
        let config = #"{"sendingSyncSemaphoreLimit":1,"maxAsyncNotificationCount":1}"#
        try Processes.make(on: "a", client, hostBody: #"{"config":\#(config)}"#)
        _ = try client.ask("PUT", "/v1/hosts/a/engine", #"{"type":"embedded","reply":"timeout"}"#)
        try client.begin(Processes.imageLoad(on: "a"))
        _ = try client.receive()
        try #require(live.waits(of: .seconds(5)))
        sending = try live.client()
        try sending.begin(Processes.remoteThread(on: "a"))
        try #require(live.waits(1, of: .seconds(1)))
        waiting = try live.client()
        try waiting.begin(Processes.remoteThread(on: "a"))
        try #require(live.waits(2, of: .seconds(1)))
    }

    /// An upload of ten image loads, which waits for room in the queue.
    func upload() throws -> HTTPClient {
        let upload = try live.client()
        let line = #"{"type":"imageLoad","processId":\#(Processes.other),"fullImageName":"a.dll"}"# + "\n"
        try upload.begin(
            "POST", "/v1/hosts/a/events?onFull=wait", String(repeating: line, count: 10),
            headers: ["Content-Type: application/x-ndjson"])
        #expect(try eventually { try client.ask("GET", "/v1/hosts/a/queues").integer("notificationsCount") == 1 })
        return upload
    }
}

extension HostDefaults {
    /// Defaults with a webhook engine at an address without a server.
    static func withWebhook() throws -> HostDefaults {
        var defaults = HostDefaults()
        defaults.engine = .webhook(
            try WebhookConfiguration(
                url: "http://127.0.0.1:1/", secret: nil, headers: [:], caFile: nil, encoding: .json))
        return defaults
    }
}
