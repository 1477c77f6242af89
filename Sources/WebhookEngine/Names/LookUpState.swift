import Bytes

/// Tracks the running name lookups and decides whether another one may start: the plain state, without threads
/// (decision 17).
struct LookUpState {
    /// The decision on a request that needs the addresses of a name.
    enum Admission: Hashable {
        /// A new lookup starts.
        case begin
        /// It waits for a recent lookup of the same name.
        case join
        /// It fails, for the given reason.
        case refuse(String)
    }

    /// Maximum number of lookups for all hosts together. A lookup counts until it ends, even if nobody waits for it.
    static let limit = 32
    /// Maximum number of lookups for one host, and for one name.
    static let limitEach = 2
    /// How long a request waits for a lookup. A request joins a lookup of its name only if that is younger than this.
    static let timeout = Duration.seconds(3)

    private struct LookUp {
        let number: UInt64
        let name: String
        let host: String
        let began: Monotonic
    }

    private var running: [LookUp] = []
    private var last: UInt64 = 0

    /// Number of running lookups.
    var count: Int { running.count }

    /// Whether a lookup of `name` is running.
    func isRunning(_ name: String) -> Bool { running.contains { $0.name == name } }

    /// Decides whether a message of `host` that needs the addresses of `name` starts a lookup.
    mutating func arrive(_ name: String, for host: String, at now: Monotonic) -> Admission {
        let same = running.filter { $0.name == name }
        if let newest = same.last, now - newest.began < LookUpState.timeout { return .join }
        if same.count >= LookUpState.limitEach {
            return .refuse("\(name) is not looked up: \(same.count) lookups of it are already running")
        }
        let own = running.count { $0.host == host }
        if own >= LookUpState.limitEach {
            return .refuse("\(name) is not looked up: \(own) lookups for this host are already running")
        }
        if running.count >= LookUpState.limit {
            return .refuse("\(name) is not looked up: \(running.count) lookups are already running")
        }
        last += 1
        running.append(LookUp(number: last, name: name, host: host, began: now))
        return .begin
    }

    /// The number of the lookup that started last.
    var newest: UInt64 { last }

    /// Removes a lookup that has ended.
    mutating func finish(_ number: UInt64) { running.removeAll { $0.number == number } }
}
