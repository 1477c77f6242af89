// The end of a case.
extension CaseRun {
    /// Waits for what is still running, and checks the sums.
    func finish() throws(Stop) {
        guard let last = steps.last else { return }
        for id in pending.keys.sorted() { try awaitStep(id, last) }
        for (index, host) in hosts.enumerated() {
            try settle(host, last, within: options.settle)
            do throws(HostFault) { try checkSums(index) } catch {
                if options.isCancelled() { throw .cancelled }
                throw .error(ErrorReport(.wdfilterd, line: plan.line, step: nil, detail: error.detail))
            }
        }
    }

    /// Compares the counters of a host with its journal.
    private func checkSums(_ index: Int) throws(HostFault) {
        let host = hosts[index]
        // In real time the worker may go on between the counters and the journal.
        for attempt in (0..<(time.isVirtual ? 1 : 20)).reversed() {
            try logs[index].update(from: host)
            guard let fault = SumCheck(try host.counters(), logs[index].messages).fault else { return }
            if attempt == 0 { throw HostFault("host \(host.name): \(fault)") }
            time.pass(.milliseconds(10)) {}
        }
    }
}
