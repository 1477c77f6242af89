import Runtime

/// The virtual time of one case.
struct VirtualCaseTime: CaseTime {
    let time: VirtualTime

    var isVirtual: Bool { true }
    var nanoseconds: UInt64 { time.nanoseconds }

    func wait(for signal: CaseSignal, until deadline: UInt64?) -> WaitResult {
        while !signal.isSet {
            switch time.step(until: deadline ?? .max) {
            case .ran: break
            case .notDue: return .timedOut
            case .empty: return .stuck
            }
        }
        return .done
    }

    func pass(_ duration: Duration) {
        let signal = CaseSignal()
        _ = time.schedule(after: duration) { signal.set() }
        _ = wait(for: signal, until: nil)
    }

    func passUntilChange(deadline: UInt64) -> Bool { time.step(until: deadline) == .ran }
}
