/// The settings of a daemon.
public struct DaemonConfiguration: Sendable {
    /// Address to listen on.
    public var endpoint: Endpoint
    /// Pool threads, 1...64.
    public var threads = 2
    /// Limit of open connections, 1...1,048,576. Further ones wait in the kernel's queue. To make room for them, connections
    /// that have been idle between two requests for a second or more are closed, the longest idle first.
    public var connectionLimit = 4096
    /// Number of connections beyond `connectionLimit`, 0...1024. They are accepted after two seconds without a free slot or
    /// with connections waiting. They only serve probes; every other request gets 503.
    public var probeLimit = 0
    /// Limit of open connections per client address. 0, or any value from `connectionLimit` up, means no limit.
    public var connectionsPerAddressLimit = 0
    /// Memory of a connection for headers and buffers in bytes, 8,192...16,777,216. The library itself refuses a request
    /// line or headers that do not fit.
    public var connectionMemoryBytes = 32_768
    /// Seconds without a byte in either direction after which a connection is closed, 1...86,400.
    public var idleTimeoutSeconds = 60
    /// Time limit from the first to the last byte of a request, at least 100 milliseconds; for a streamed body, from one
    /// piece to the next.
    public var requestDeadline = Duration.seconds(30)
    /// Initial certificate for TLS; nil serves plain HTTP.
    public var tls: TLSIdentity?
    /// Headers that every answer has after its own.
    public var headers: [(name: String, value: String)] = []
    /// Whether to start with a libmicrohttpd that a single request can crash.
    public var allowsUnsafeLibrary = false

    /// Creates the default configuration for `endpoint`, by default a free port of loopback.
    public init(_ endpoint: Endpoint = .tcp()) {
        self.endpoint = endpoint
    }

    /// The first setting that is out of range, as a phrase.
    var fault: String? {
        let ranges: [(String, Int, ClosedRange<Int>)] = [
            ("threads", threads, 1...64),
            ("connectionLimit", connectionLimit, 1...1_048_576),
            ("probeLimit", probeLimit, 0...1024),
            ("connectionsPerAddressLimit", connectionsPerAddressLimit, 0...1_048_576),
            ("connectionMemoryBytes", connectionMemoryBytes, 8192...16_777_216),
            ("idleTimeoutSeconds", idleTimeoutSeconds, 1...86_400),
        ]
        for (name, value, range) in ranges where !range.contains(value) {
            return "\(name) is \(value), not in \(range.lowerBound)...\(range.upperBound)"
        }
        return requestDeadline < .milliseconds(100) ? "requestDeadline is under 100 milliseconds" : nil
    }
}

/// Why a daemon was not started.
public enum DaemonError: Error, Equatable, Sendable {
    /// A setting is out of range.
    case badConfiguration(String)
    /// The host is not a numeric address, or the path is not valid for a socket.
    case badAddress(String)
    /// The address cannot be listened on: it is in use, not local, not permitted, or not a socket. `code` is the `errno`.
    case cannotListen(address: String, code: Int32)
    /// The libmicrohttpd in use can be crashed by a single request.
    case unsafeLibrary(LibraryVersion)
    /// The library did not start; `messages` are its log messages.
    case cannotStart(messages: String)
}

/// The counts of a daemon.
public struct DaemonStatistics: Equatable, Sendable {
    /// Connections open now.
    public let openConnections: Int
    /// Connections cut since the start because the client was too slow.
    public let cutByDeadline: Int
    /// Connections closed between two requests since the start to make room for others.
    public let closedIdle: Int
    /// Requests refused since the start because all connections were in use and only probes are answered then.
    public let turnedAway: Int
}

/// The result of a stop.
public struct StopReport: Equatable, Sendable {
    /// Requests in flight at the start of the stop that were finished.
    public let finished: Int
    /// Requests in flight at the start of the stop that were refused or cut.
    public let cut: Int
}
