import Console

/// The meaning of a signal, which depends on earlier signals.
struct SignalMeaning {
    /// The action for a signal.
    enum Action: Equatable {
        case reload, stop, endAtOnce, nothing
    }

    /// A stop signal within this time of the first one is the same request: `timeout`, a terminal or a supervisor sends one
    /// to the process and one to its group. In nanoseconds.
    static let repeatNanoseconds: UInt64 = 1_000_000_000

    /// When the first stop signal arrived.
    private var stopRequested: UInt64?

    /// The action for `signal`, which arrived at `uptime` in nanoseconds.
    mutating func action(of signal: AwaitedSignals.Signal, at uptime: UInt64) -> Action {
        guard let stopRequested else {
            if signal == .hangUp { return .reload }
            self.stopRequested = uptime
            return .stop
        }
        if signal == .hangUp || uptime < stopRequested { return .nothing }
        return uptime - stopRequested <= SignalMeaning.repeatNanoseconds ? .nothing : .endAtOnce
    }
}
