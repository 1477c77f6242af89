/// What a daemon is started with.
public struct DaemonConfiguration: Sendable {
    /// Where to listen.
    public var endpoint: Endpoint
    /// Pool threads, 1...64.
    public var threads = 2
    /// Connections open at a time, 1...1,048,576. Further ones wait in the kernel's queue; connections that have been idle
    /// between two requests for a second or more are closed for them, the longest idle first.
    public var connectionLimit = 4096
    /// Connections beyond `connectionLimit`, 0...1024. They are accepted once no slot has become free, or connections have
    /// been waiting, for two seconds. Probes are answered on them; every other request gets 503.
    public var probeLimit = 0
    /// Connections open at a time from one address. 0 means no limit, and so does any value from `connectionLimit` up.
    public var connectionsPerAddressLimit = 0
    /// What a connection may use for its headers and buffers in bytes, 8,192...16,777,216. A longer request line or
    /// longer headers are refused by the library itself.
    public var connectionMemoryBytes = 32_768
    /// After how many seconds without a byte in either direction a connection is closed, 1...86,400.
    public var idleTimeoutSeconds = 60
    /// How long a client may take from the first byte of a request to its last, 100 milliseconds at least; with a body
    /// that is streamed, from one piece to the next.
    public var requestDeadline = Duration.seconds(30)
    /// With which certificate to serve TLS, until it is replaced; nil serves plain text.
    public var tls: TLSIdentity?
    /// Whether to start with a libmicrohttpd that one request crashes.
    public var allowsUnsafeLibrary = false

    /// A daemon on `endpoint`, a free port of loopback if not told otherwise, and the defaults for the rest.
    public init(_ endpoint: Endpoint = .tcp()) {
        self.endpoint = endpoint
    }

    /// The first setting that is out of its range, said in words.
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
    /// A setting is out of its range.
    case badConfiguration(String)
    /// The host is not a numeric address, or the path cannot be that of a socket.
    case badAddress(String)
    /// The address cannot be listened on: in use, not ours, not permitted, no socket. `code` is the `errno`.
    case cannotListen(address: String, code: Int32)
    /// The libmicrohttpd in use can be crashed by one request.
    case unsafeLibrary(LibraryVersion)
    /// The library did not start; `messages` is what it said.
    case cannotStart(messages: String)
}

/// What a daemon has counted.
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

/// How a stop went.
public struct StopReport: Equatable, Sendable {
    /// Requests under way when the stop began that were finished.
    public let finished: Int
    /// Those that were not, and were refused or cut.
    public let cut: Int
}
