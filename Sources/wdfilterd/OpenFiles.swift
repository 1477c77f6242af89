import Console
import Glibc

/// The limit of open files and sockets (RLIMIT_NOFILE).
enum OpenFiles {
    /// Minimum for any subcommand: Dispatch aborts the process if it gets no descriptor.
    private static let minimum = 16
    /// Minimum for a server.
    private static let serverMinimum = 64

    /// Checks the limit in advance, so that a subcommand does not fail halfway.
    static func check() throws(CommandFailure) {
        try check(limits.soft, against: minimum)
    }

    /// Raises the soft limit, which is usually below `server.connectionLimit`, to the hard limit; returns the new limit.
    static func raise() throws(CommandFailure) -> Int {
        var (soft, hard) = limits
        var limit = rlimit(rlim_cur: rlim_t(hard), rlim_max: rlim_t(hard))
        if hard == .max { limit.rlim_cur = rlim_t.max; limit.rlim_max = rlim_t.max }
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 { soft = hard }
        try check(soft, against: serverMinimum)
        return soft
    }

    private static func check(_ limit: Int, against minimum: Int) throws(CommandFailure) {
        guard limit < minimum else { return }
        throw CommandFailure(
            status: .failed, message: "the limit on open files (ulimit -n) is \(limit); at least \(minimum) are needed")
    }

    /// The current limit and the maximum that it can be raised to; `Int.max` if unlimited or unknown.
    private static var limits: (soft: Int, hard: Int) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return (.max, .max) }
        return (Int(clamping: limit.rlim_cur), Int(clamping: limit.rlim_max))
    }
}

/// The division of the service's file descriptors.
struct DescriptorBudget: Equatable {
    /// Descriptors for the service itself: threads, files of tokens and certificates, name lookups, the log.
    private static let own = 128
    /// Connections in reserve for probes.
    private static let probes = 64

    /// Number of client connections that there are descriptors for.
    let connections: Int
    /// Number of additional connections, for probes only.
    let probes: Int
    /// Warning for the operator if there are fewer than the settings require.
    let warning: String?

    /// Divides `limit` descriptors among `connections` of clients and `engines` of webhooks. If there are too few, engines and
    /// the service itself get up to half of them, so that clients cannot starve them.
    init(limit: Int, connections wanted: Int, engines: Int) {
        let reserve = engines + Self.own + Self.probes
        let need = wanted + reserve
        guard need > limit else {
            connections = wanted
            probes = Self.probes
            warning = nil
            return
        }
        connections = min(wanted, limit - min(reserve, limit / 2))
        probes = min(Self.probes, limit / 16)
        warning =
            "the limit on open files is \(limit), but the settings need \(need): \(wanted) for server.connectionLimit, "
            + "\(engines) for engine.connections, \(Self.own) for the service itself, \(Self.probes) for probes; up to \(connections) connections are served at a time"
    }
}
