import Bytes

// Waiting, in virtual time and in real time.
extension CaseRun {
    /// Waits for `signal`, at most until the case must be done.
    func wait(for signal: CaseSignal, _ run: StepRun) throws(Stop) {
        let limit = time.isVirtual ? nil : time.nanoseconds + UInt64(remaining.nanoseconds)
        switch try block(on: signal, until: limit) {
        case .done: break
        case .timedOut: try timeOut(run.step, run.number)
        case .stuck:
            try fail(
                run,
                HostFault("the step waits, but nothing that could end the wait is due: this is a fault of wdfilterd"))
        }
    }

    /// How long a run waits in real time before it looks whether the user wants it to end.
    private static let slice: UInt64 = 50_000_000

    /// Waits for `signal`, in real time slice by slice.
    private func block(on signal: CaseSignal, until deadline: UInt64?) throws(Stop) -> WaitResult {
        if time.isVirtual { return signal.isSet ? .done : time.wait(for: signal, until: deadline) }
        while true {
            let end = min(deadline ?? .max, time.nanoseconds + Self.slice)
            let result = time.wait(for: signal, until: end)
            if result != .timedOut || end == deadline { return result }
            if options.isCancelled() { throw .cancelled }
        }
    }

    /// Lets time pass, in real time slice by slice.
    func pass(_ duration: Duration) throws(Stop) {
        if time.isVirtual { return time.pass(duration) }
        let end = time.nanoseconds + UInt64(max(0, duration.nanoseconds))
        while true {
            if options.isCancelled() { throw .cancelled }
            let now = time.nanoseconds
            if now >= end { return }
            time.pass(.nanoseconds(Int64(min(Self.slice, end - now))))
        }
    }

    /// Waits until the worker of `host` has nothing to do; false if that takes too long.
    @discardableResult
    func settle(_ host: any ScenarioHost, _ run: StepRun, within bound: Duration?) throws(Stop) -> Bool {
        let settled = PendingCall()
        let bound = min(bound ?? (time.isVirtual ? .seconds(60) : .seconds(5)), remaining)
        let end = time.nanoseconds + UInt64(bound.nanoseconds)
        host.perform(.settle(within: bound), tag: StepTag(steps.count - 1), inBackground: false) { settled.finish($0) }
        if !settled.signal.isSet, try block(on: settled.signal, until: end) != .done { return false }
        if case .failure(.failed(let fault)) = settled.value { try fail(run, fault) }
        return true
    }
}
