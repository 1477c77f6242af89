import Bytes
import Console
import Scenarios

/// A running service, in real time.
struct ServerPlace: RunPlace {
    let server: String?
    private let connections: ServiceConnections

    /// Waits until the service answers, for at most `timeout`, and checks that hosts can be created.
    init(
        _ options: ServerOptions, url: String, timeout: Duration, isInterrupted: @escaping @Sendable () -> Bool
    ) throws(CommandFailure) {
        server = url
        connections = ServiceConnections(try options.client(url), name: url, isInterrupted: isInterrupted)
        try awaitService(url, within: timeout)
        try checkRole(hasToken: options.tokenFile != nil)
    }

    var time: CasePlan.Time { .real }
    var width: Int { 8 }

    func reasonToSkip(_ plan: CasePlan) -> String? {
        if plan.requirements.engine { return "tests an engine (--engine-url), not a service" }
        if plan.requirements.server == false { return "must not run on a service" }
        if plan.time == .virtual { return "needs virtual time" }
        if plan.replaysSeveralMachines { return "replays several machines, but a service replays one onto one host" }
        if plan.looksAtRecords { return "looks at routines that a replay ran, which the service does not keep" }
        return nil
    }

    func makeTestBed(for plan: CasePlan) -> any TestBed { ServerTestBed(connections, timeout: plan.timeout) }

    private func awaitService(_ url: String, within timeout: Duration) throws(CommandFailure) {
        let end = Monotonic.now() + timeout
        while true {
            let status: Int
            do throws(ServiceFault) {
                var request = ServiceRequest("GET", "/livez")
                request.timeout = .seconds(5)
                status = try connections.send(request).status
                if status == 200 { return }
            } catch {
                guard Monotonic.now() < end, error.kind != .aborted else {
                    throw CommandFailure(status: .failed, message: "--server: \(error.detail)")
                }
                Monotonic.sleep(for: .milliseconds(50))
                continue
            }
            throw CommandFailure(
                status: .failed, message: "--server: \(url) answers GET /livez with \(status), as no wdfilterd does")
        }
    }

    /// Creates and deletes a host, so that a token that may not do so is reported once and not by each case.
    private func checkRole(hasToken: Bool) throws(CommandFailure) {
        let path = "/v1/hosts/" + HostPrefix.random() + "probe"
        let created: ServiceClient.Answer
        do throws(ServiceFault) {
            created = try connections.send(ServiceRequest("PUT", path))
            if created.status == 201 {
                _ = try connections.send(ServiceRequest("DELETE", path), evenIfInterrupted: true)
            }
        } catch {
            throw CommandFailure(status: .failed, message: "--server: \(error.detail)")
        }
        switch created.status {
        case 201: return
        case 401, 403:
            let advice =
                hasToken ? "the token needs the role admin" : "name a token with the role admin: --token-file"
            throw CommandFailure(status: .usage, message: "--server: \(advice); \(created.problem)")
        default:
            throw CommandFailure(status: .failed, message: "--server: no host can be created; \(created.problem)")
        }
    }
}

extension CasePlan {
    fileprivate var replaysSeveralMachines: Bool {
        allSteps.contains { step in
            guard case .replay(let replay) = step.action else { return false }
            return switch replay.machines {
            case .first, .named: false
            case .mapped, .all: true
            }
        }
    }

    /// Whether an expectation is about a routine that a replay ran.
    fileprivate var looksAtRecords: Bool {
        let steps = allSteps
        func isReplay(_ step: Step?) -> Bool { if case .replay = step?.action { true } else { false } }
        return allExpectations.contains { step, expectation in
            guard case .routine(let wanted) = expectation.subject else { return false }
            return isReplay(wanted.step.map { id in steps.first { $0.id == id } } ?? step)
        }
    }
}
