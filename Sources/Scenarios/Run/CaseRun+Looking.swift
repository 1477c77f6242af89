import Bytes
import Driver
import Messages

// Looking at a list of expectations.
extension CaseRun {
    /// Looks at all of `expectations`, and ends the case if one does not hold.
    func look(at expectations: [Expectation], _ index: Int) throws(Stop) {
        var unsettled: [Int: Reason] = [:]
        for host in hostsToSettle(expectations, index)
        where try !settle(hosts[host], steps[index], within: options.settle) {
            unsettled[host] = try work(of: host, steps[index])
        }
        let (failed, held) = try evaluate(expectations, index)
        if let trial = options.trial { return try judge(trial, failed, index) }
        note(held)
        for var failure in failed {
            explain(&failure)
            if let reason = failure.scope.flatMap({ unsettled[$0.host] }) { failure.report.why.append(reason) }
            failures.append(failure)
        }
        if !failed.isEmpty, !options.keepsGoing { throw .failed }
    }

    /// Ends a trial if its expectation was looked at. Nothing that held before may fail because of the edit.
    private func judge(_ trial: Trial, _ failed: [LookedExpectation], _ index: Int) throws(Stop) {
        let broken = failed.filter { !trial.failed.contains($0.place(in: steps[index])) }
        if steps[index].number == trial.place.step {
            let holds = !failed.contains { $0.position == trial.place.position }
            trialBroken = holds ? broken.map(\.report.line) : nil
            throw .tried
        }
        if !broken.isEmpty { throw .tried }
    }

    /// The hosts that a list is about, unless all of its expectations are to be looked at as things stand.
    private func hostsToSettle(_ expectations: [Expectation], _ index: Int) -> [Int] {
        let settled = expectations.filter(\.settled)
        return Set(settled.map { self.host(of: $0, index) }).sorted()
    }

    /// The work that the worker of a host had still to do.
    private func work(of host: Int, _ run: StepRun) throws(Stop) -> Reason {
        do throws(HostFault) {
            let counters = try hosts[host].counters()
            func count(_ path: String) -> Int { if case .number(let count) = counters[path] { Int(count) } else { 0 } }
            return .unsettled(queued: count("async.queued"), inHand: count("async.inHand"))
        } catch {
            try fail(run, error)
        }
    }

    /// Looks at `expectations` again whenever something changed, until all of them hold.
    func wait(until expectations: [Expectation], within: Duration, _ index: Int) throws(Stop) {
        let deadline = time.nanoseconds + UInt64(min(within, remaining).nanoseconds)
        while true {
            let (failed, held) = try evaluate(expectations, index)
            if failed.isEmpty {
                if let trial = options.trial { try judge(trial, failed, index) }
                note(held)
                return
            }
            try goOn(steps[index])
            if time.passUntilChange(deadline: deadline) { continue }
            if let trial = options.trial { return try judge(trial, failed, index) }
            for var failure in failed {
                failure.report.detail = "not within \(within.shortText)"
                explain(&failure)
                failures.append(failure)
            }
            if options.keepsGoing { return }
            throw .failed
        }
    }

    /// The host that an expectation is about.
    func host(of expectation: Expectation, _ index: Int) -> Int {
        switch expectation.subject {
        case .process(.named(let name), _, _), .stream(let name, _, _):
            let named = expectation.host ?? names.host(of: name)
            return named.map { self.index(ofHost: $0) } ?? steps[index].host
        default: return expectation.host.map { self.index(ofHost: $0) } ?? steps[index].host
        }
    }

    /// The expectations that do not hold now, and those that do if the case is to be explained.
    private func evaluate(
        _ expectations: [Expectation], _ index: Int
    ) throws(Stop) -> (failed: [LookedExpectation], held: [LookedExpectation]) {
        var failed: [LookedExpectation] = []
        var held: [LookedExpectation] = []
        for host in Set(expectations.map { self.host(of: $0, index) }) {
            do throws(HostFault) { try logs[host].update(from: hosts[host]) } catch { try fail(steps[index], error) }
        }
        seeProcesses()
        for (position, expectation) in expectations.enumerated() {
            try goOn(steps[index])
            do throws(LookFault) {
                if var looked = try evaluate(expectation, among: expectations, index) {
                    looked.position = position
                    if looked.holds { held.append(looked) } else { failed.append(looked) }
                }
            } catch {
                switch error {
                case .tooCostly(let pattern):
                    throw .error(
                        ErrorReport(
                            .scenario, line: expectation.line, step: steps[index].number.description,
                            detail: "too costly: \(pattern.detail)"))
                case .host(let fault): try fail(steps[index], fault)
                }
            }
        }
        return (failed, held)
    }

    /// Gives the names of processes that are being created, or that were denied, to those that the messages show.
    private func seeProcesses() {
        creations.removeAll { index in
            let run = steps[index]
            guard let name = run.step.action?.createdName, names.processes[name]?.identity == nil, run.refusal == nil
            else { return true }
            guard let process = creation(in: index)?.message.process else { return false }
            names.seen[name] = (plan.hosts[run.host].name, process)
            return true
        }
    }

    /// Why an expectation cannot be looked at.
    enum LookFault: Error {
        case tooCostly(PatternTooCostly)
        case host(HostFault)
    }

    private func evaluate(
        _ expectation: Expectation, among all: [Expectation], _ index: Int
    ) throws(LookFault) -> LookedExpectation? {
        let run = steps[index]
        names.host = plan.hosts[host(of: expectation, index)].name
        switch expectation.subject {
        case .messages(let criteria, let count): return try messages(expectation, criteria, count, index)
        case .order(let criteria, let isStrict, let order):
            return try self.order(expectation, criteria, isStrict, order, index)
        case .nothingElse(let except): return try nothingElse(expectation, except, all, index)
        case .lossless(let isLossless): return lossless(expectation, isLossless, index)
        case .process(let reference, let exists, let fields):
            let host = hosts[self.host(of: expectation, index)]
            let process = try onHost { () throws(HostFault) in try self.process(reference, on: host) }
            return try compare(
                expectation, run, index, subject: "process \(reference)", exists: exists, isThere: process != nil,
                fields
            ) { path throws(LookFault) in
                guard let process else { return .absent }
                if path == ProcessField.threads {
                    let processId = process.identity.processId
                    return .signed(
                        Int64(try onHost { () throws(HostFault) in try host.threadCount(of: processId) }))
                }
                return ProcessField.table.first { $0.name == path }?.read(process) ?? .absent
            }
        case .stream(let name, let exists, let fields):
            let host = hosts[self.host(of: expectation, index)]
            let id = names.streams[name]?.id
            let stream = try onHost { () throws(HostFault) in
                try id.flatMap { id throws(HostFault) in try host.stream(id) }
            }
            return try compare(
                expectation, run, index, subject: "stream context \(name)", exists: exists, isThere: stream != nil,
                fields
            ) { _ in stream?.rules ?? .absent }
        case .counters(let fields):
            let counters = try onHost { () throws(HostFault) in try hosts[self.host(of: expectation, index)].counters()
            }
            return try compare(expectation, run, index, subject: "counters", fields) { counters[$0] }
        case .queue(let fields):
            let queues = try onHost { () throws(HostFault) in try hosts[self.host(of: expectation, index)].queues() }
            return try compare(expectation, run, index, subject: "queue", fields) { queues[$0] }
        case .drivers(let fields, let count):
            return try entries(expectation, fields, count, index, "loaded driver") { host throws(HostFault) in
                try host.loadedDrivers()
            }
        case .bootProcesses(let fields, let count):
            return try entries(expectation, fields, count, index, "boot process") { host throws(HostFault) in
                try host.bootProcesses()
            }
        case .routine(let wanted): return routine(expectation, wanted, index)
        case .outcome(let fields, let id):
            let subject = id.flatMap { id in steps.last { $0.step.id == id } } ?? run
            let outcome = ObservedValue(outcomeOf: subject)
            var failure = try compare(
                expectation, run, index, subject: "outcome of \(subject.title)", fields
            ) { outcome[$0] }
            if let rejected = subject.outcome?.replay?.firstRejected {
                failure?.report.detail = "the first rejected line: \(rejected)"
            }
            return failure
        case .golden(let file): return try golden(expectation, file, index)
        }
    }

    func onHost<Value>(_ body: () throws(HostFault) -> Value) throws(LookFault) -> Value {
        do throws(HostFault) { return try body() } catch { throw .host(error) }
    }

    /// The live process that `reference` stands for.
    private func process(_ reference: Reference, on host: any ScenarioHost) throws(HostFault) -> ObservedProcess? {
        switch reference {
        case .id(let processId): return try host.process(processId)
        case .named(let name):
            guard let named = names.processes[name], named.exit == nil, let identity = named.identity else {
                return nil
            }
            let process = try host.process(identity.processId)
            return process?.identity == identity ? process : nil
        }
    }
}

extension ObservedValue {
    /// The outcome of a step, as an expectation names it.
    fileprivate init(outcomeOf run: StepRun) {
        guard let outcome = run.outcome else {
            self = .absent
            return
        }
        if let replay = outcome.replay {
            self = replay.fields
        } else if case .createProcess = run.step.action {
            self = .members([
                Member("created", .bool(!outcome.isDenied)), Member("accessDenied", .bool(outcome.isDenied)),
            ])
        } else {
            self = .absent
        }
    }
}
