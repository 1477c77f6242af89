import Console
import Glibc

/// How many files and sockets the process may have open (RLIMIT_NOFILE).
enum OpenFiles {
    /// The least that any subcommand needs: Dispatch ends the process when it finds no descriptor for itself.
    private static let least = 16
    /// The least that a server needs.
    private static let leastToServe = 64

    /// Ends a subcommand that would fail half way for want of descriptors.
    static func check() throws(CommandFailure) {
        try check(limits.soft, against: least)
    }

    /// Raises the soft limit, which usually is below `server.connectionLimit`, to the hard one; returns the limit then.
    static func raise() throws(CommandFailure) -> Int {
        var (soft, hard) = limits
        var limit = rlimit(rlim_cur: rlim_t(hard), rlim_max: rlim_t(hard))
        if hard == .max { limit.rlim_cur = rlim_t.max; limit.rlim_max = rlim_t.max }
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 { soft = hard }
        try check(soft, against: leastToServe)
        return soft
    }

    private static func check(_ limit: Int, against least: Int) throws(CommandFailure) {
        guard limit < least else { return }
        throw CommandFailure(
            status: .failed, message: "the limit of open files (ulimit -n) is \(limit); this needs \(least) at least")
    }

    /// The limit now and how far it may be raised; the greatest number where there is no bound or none is known.
    private static var limits: (soft: Int, hard: Int) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return (.max, .max) }
        return (Int(clamping: limit.rlim_cur), Int(clamping: limit.rlim_max))
    }
}

/// Who gets the descriptors that the service may have.
struct DescriptorBudget: Equatable {
    /// What the service keeps for itself: threads, files of tokens and certificates, name look-ups, the log.
    private static let own = 128
    /// Connections in reserve for probes.
    private static let probes = 64

    /// For how many connections of clients there are descriptors.
    let connections: Int
    /// For how many more there are, for probes only.
    let probes: Int
    /// What to tell the operator when that is fewer than the settings ask for.
    let warning: String?

    /// Of `limit` descriptors, for `connections` of clients and `engines` of webhooks. Where that is too much, engines and
    /// the service itself have up to half of them: clients must not keep these from working.
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
