import Runtime

/// The virtual time of one case.
struct VirtualCaseTime: CaseTime {
    let time: VirtualTime

    var isVirtual: Bool { true }
    var nanoseconds: UInt64 { time.nanoseconds }

    /// How many timers run between two checks.
    private static let slice = 1024

    func wait<Failure>(
        for signal: CaseSignal, until deadline: UInt64?, _ check: () throws(Failure) -> Void
    ) throws(Failure) -> WaitResult {
        while true {
            for _ in 0..<Self.slice {
                if signal.isSet { return .done }
                switch time.step(until: deadline ?? .max) {
                case .ran: break
                case .notDue: return .timedOut
                case .empty: return .stuck
                }
            }
            try check()
        }
    }

    func pass<Failure>(_ duration: Duration, _ check: () throws(Failure) -> Void) throws(Failure) {
        let signal = CaseSignal()
        _ = time.schedule(after: duration) { signal.set() }
        _ = try wait(for: signal, until: nil, check)
    }

    func passUntilChange(deadline: UInt64) -> Bool { time.step(until: deadline) == .ran }
}
