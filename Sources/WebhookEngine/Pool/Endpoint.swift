import Synchronization

/// Names an engine to the thread of the `CurlMulti`.
struct ClientID: Hashable, Sendable {
    let number: UInt64
}

/// How a request competes for connections.
enum Lane: Hashable, Sendable {
    /// One at a time of a client, in order (ASY-7).
    case async
    /// Sync and direct messages, and pings: as many of a client as it sends.
    case immediate
}

/// Where requests go: engines with equal endpoints share a pool of connections.
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

    /// A URL that keeps to `URLRules`.
    var url: String { key.url }

    init(url: String, userAgent: String, certificates: CertificateFile? = nil, headers: [String: String] = [:]) {
        key = Key(url: url, caFile: certificates?.path, headers: headers)
        self.userAgent = userAgent
        self.certificates = certificates
    }
}

/// How many connections of a pool are in use and how many messages wait for one, for other threads to read.
final class PoolGauge: Sendable {
    private let usedCount = Atomic(0)
    private let waitingCount = Atomic(0)

    /// The last values that were set; the two may be of different moments.
    var use: PoolUse {
        PoolUse(connections: usedCount.load(ordering: .relaxed), waiting: waitingCount.load(ordering: .relaxed))
    }

    func set(_ use: PoolUse) {
        usedCount.store(use.connections, ordering: .relaxed)
        waitingCount.store(use.waiting, ordering: .relaxed)
    }
}

/// How much of a pool of connections is used, by all engines that share it.
public struct PoolUse: Hashable, Sendable {
    /// Connections that messages are using, 0 to the limit.
    public let connections: Int
    /// Messages that wait for one.
    public let waiting: Int
}
