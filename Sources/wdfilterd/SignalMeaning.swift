import Console

/// The meaning of a signal, which depends on those before it.
struct SignalMeaning {
    /// What to do.
    enum Action: Equatable {
        case reload, stop, endAtOnce, nothing
    }

    /// A stop signal that comes this soon after the first is the same request: `timeout`, a terminal or a supervisor send one
    /// to the process and one to its group. Nanoseconds.
    static let repeatNanoseconds: UInt64 = 1_000_000_000

    /// When the first stop signal came.
    private var stopAsked: UInt64?

    /// The meaning of `signal`, which comes at `uptime` in nanoseconds.
    mutating func action(of signal: AwaitedSignals.Signal, at uptime: UInt64) -> Action {
        guard let stopAsked else {
            if signal == .hangUp { return .reload }
            self.stopAsked = uptime
            return .stop
        }
        if signal == .hangUp || uptime < stopAsked { return .nothing }
        return uptime - stopAsked <= SignalMeaning.repeatNanoseconds ? .nothing : .endAtOnce
    }
}
