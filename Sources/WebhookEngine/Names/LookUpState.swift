import Bytes

/// Which names are being looked up, and for whom a further look-up may begin: the plain state, without threads
/// (decision 17).
struct LookUpState {
    /// The decision on a request that needs the addresses of a name.
    enum Admission: Hashable {
        /// A look-up begins.
        case begin
        /// It waits for one that began a moment ago.
        case join
        /// It fails, with the reason.
        case refuse(String)
    }

    /// Most look-ups that run, for all hosts together. A look-up that nobody waits for any more counts until it ends.
    static let limit = 32
    /// Most look-ups that run for one host, and for one name.
    static let limitEach = 2
    /// How long a request waits for a look-up. A request joins a look-up of its name only if that is younger than this.
    static let patience = Duration.seconds(3)

    private struct LookUp {
        let number: UInt64
        let name: String
        let host: String
        let began: Monotonic
    }

    private var running: [LookUp] = []
    private var last: UInt64 = 0

    /// Look-ups that run.
    var count: Int { running.count }

    /// Whether one of `name` runs.
    func isRunning(_ name: String) -> Bool { running.contains { $0.name == name } }

    /// Takes note that a message of `host` needs the addresses of `name`.
    mutating func arrive(_ name: String, for host: String, at now: Monotonic) -> Admission {
        let same = running.filter { $0.name == name }
        if let newest = same.last, now - newest.began < LookUpState.patience { return .join }
        if same.count >= LookUpState.limitEach {
            return .refuse("\(name) is being looked up \(same.count) times already, without an answer")
        }
        let own = running.count { $0.host == host }
        if own >= LookUpState.limitEach {
            return .refuse("\(name) is not looked up: \(own) look-ups for this host run already")
        }
        if running.count >= LookUpState.limit {
            return .refuse("\(name) is not looked up: \(running.count) look-ups run already")
        }
        last += 1
        running.append(LookUp(number: last, name: name, host: host, began: now))
        return .begin
    }

    /// The number of the look-up that began last.
    var newest: UInt64 { last }

    /// Takes note that a look-up ended.
    mutating func finish(_ number: UInt64) { running.removeAll { $0.number == number } }
}
