import Synchronization

/// Identifies an engine of a `WebhookThread`.
struct ClientID: Hashable, Sendable {
    let number: UInt64
}

/// How a request competes for connections.
enum Lane: Hashable, Sendable {
    /// Async messages: one at a time per client, in order (ASY-7).
    case async
    /// Sync and direct messages, and pings: concurrent.
    case immediate
}

/// The destination of requests: engines with equal endpoints share a pool of connections.
struct Endpoint: Sendable {
    /// Endpoints with equal keys are the same endpoint.
    struct Key: Hashable, Sendable {
        let url: String
        let caFile: String?
        let headers: [String: String]
    }

    let key: Key
    /// The value of User-Agent.
    let userAgent: String
    /// Certificates to trust instead of the system's.
    let certificates: CertificateFile?

    /// The URL, which follows `URLRules`.
    var url: String { key.url }

    init(url: String, userAgent: String, certificates: CertificateFile? = nil, headers: [String: String] = [:]) {
        key = Key(url: url, caFile: certificates?.path, headers: headers)
        self.userAgent = userAgent
        self.certificates = certificates
    }
}

/// The usage of a pool, readable from any thread.
final class PoolGauge: Sendable {
    private let usedCount = Atomic(0)
    private let waitingCount = Atomic(0)

    /// The latest values. The two may be from different moments.
    var use: PoolUse {
        PoolUse(connections: usedCount.load(ordering: .relaxed), waiting: waitingCount.load(ordering: .relaxed))
    }

    func set(_ use: PoolUse) {
        usedCount.store(use.connections, ordering: .relaxed)
        waitingCount.store(use.waiting, ordering: .relaxed)
    }
}

/// The usage of a connection pool by all engines that share it.
public struct PoolUse: Hashable, Sendable {
    /// Connections in use, 0 to the limit.
    public let connections: Int
    /// Messages that wait for a connection.
    public let waiting: Int
}
