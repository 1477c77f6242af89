public import Driver
import Locking

/// What became of a host's messages, when its driver has been unloaded.
public struct HostLedger: Sendable {
    /// The host's name.
    public let host: String
    /// Its counters.
    public let counters: CountersSnapshot
}

/// Waits for an answer from each of several hosts.
final class Gathering: Sendable {
    private struct State {
        var missing: Int
        var ledgers: [HostLedger] = []
    }

    private let state: Locked<State>
    private let completion: @Sendable ([HostLedger]) -> Void

    init(count: Int, completion: @escaping @Sendable ([HostLedger]) -> Void) {
        state = Locked(State(missing: count))
        self.completion = completion
        if count == 0 { completion([]) }
    }

    func add(_ ledger: HostLedger) {
        let all = state.withLock { state -> [HostLedger]? in
            state.missing -= 1
            state.ledgers.append(ledger)
            return state.missing == 0 ? state.ledgers : nil
        }
        if let all { completion(all.sorted { $0.host < $1.host }) }
    }
}
