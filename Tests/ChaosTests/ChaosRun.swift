import Glibc
import Locking
import Logging
import Runtime
import TestSupport
import WebhookEngine

@testable import Driver
@testable import MicroHTTPD
@testable import NotificationAPI

/// One run of the service under all kinds of failures, and a check of what remains afterwards.
struct ChaosRun {
    let seed: UInt64
    let duration: Duration
    static let hosts = 4
    static let clients = 8

    /// The result of a run.
    struct Outcome {
        var faults: [String] = []
        var lines: [String] = []
    }

    /// Runs, then checks that everything was released.
    func run() throws -> Outcome {
        var outcome = Outcome()
        let ledger = EngineLedger()
        let remains = try perform(with: ledger, &outcome)
        for (name, isGone) in remains where !eventually(isGone) { outcome.faults.append("\(name) is still there") }
        return outcome
    }

    /// Everything that is created here is released when this returns.
    private func perform(
        with ledger: EngineLedger, _ outcome: inout Outcome
    ) throws -> [(name: String, isGone: () -> Bool)] {
        let engines = try (0..<ChaosRun.hosts).map { number in
            try FaultyEngine(seed: seed &+ UInt64(number), ledger: ledger)
        }
        let service = try ChaosService()
        let hosts = (0..<ChaosRun.hosts).map { "chaos-\($0)" }
        for (number, host) in hosts.enumerated() {
            let style = FaultyEngine.Style.allCases[number % FaultyEngine.Style.allCases.count]
            let client = ChaosClient(service.daemon.port)
            let status = try client.ask(
                "PUT", "/v1/hosts/\(host)",
                #"{"engine":\#(engines[number].setting(style)),"config":\#(ChaosRun.config)}"#
            ).status
            if status != 201 { outcome.faults.append("\(status) for a new host") }
        }
        let findings = drive(service, hosts, engines)
        outcome.faults += findings.faults
        settle(service, hosts, engines, &outcome)
        let ends = service.end(&outcome)
        // The engines' connections end with the hosts. Only then is it known whether the last answers were read.
        if !eventually({ ledger.undecided == 0 }) {
            outcome.faults.append("\(ledger.undecided) answers of engines are undecided")
        }
        compare(ends, ledger, &outcome)
        outcome.lines.append(
            "requests \(findings.requests), by status \(findings.byStatus.sorted { $0.key < $1.key }), "
                + "\(findings.snapshots) snapshots of counters")
        return service.remains + engines.map { engine in ("an engine's thread", engine.isGone) }
    }

    private static let config = """
        {"asyncTimeoutMs":150,"syncMonitorNotificationTimeoutMs":60,"maxProcessCreationMessageTimeoutMs":100,\
        "sendingSyncSemaphoreLimit":3,"maxAsyncNotificationCount":64}
        """

    /// Runs clients and engines against the service.
    private func drive(
        _ service: ChaosService, _ hosts: [String], _ engines: [FaultyEngine]
    ) -> ChaosLoad.Findings {
        let findings = Locked(ChaosLoad.Findings())
        let end = ContinuousClock.now + duration
        let port = service.daemon.port
        let settings = engines.flatMap { engine in FaultyEngine.Style.allCases.map { engine.setting($0) } }
        let seed = seed
        let busy = Locked(ChaosRun.clients)
        onThreads(ChaosRun.clients + 1) { number in
            if number == ChaosRun.clients {
                ChaosRun.misbehave(engines, seed: seed &+ 1000, until: end)
                // A client may still wait for a worker that another one paused.
                let client = ChaosClient(port)
                while busy.withLock({ $0 > 0 }) {
                    for host in hosts {
                        _ = try? client.ask("PUT", "/v1/hosts/\(host)/worker", #"{"state":"running"}"#)
                    }
                    usleep(1000)
                }
            } else {
                ChaosLoad(
                    number: number, seed: seed &+ 100 &+ UInt64(number), port: port, hosts: hosts, engines: settings,
                    findings: findings
                ).run(until: end)
                busy.withLock { $0 -= 1 }
            }
        }
        return findings.withLock { $0 }
    }

    /// Changes the engines' behavior at random, and leaves them healthy at the end.
    private static func misbehave(_ engines: [FaultyEngine], seed: UInt64, until end: ContinuousClock.Instant) {
        var random = SplitMix(seed: seed)
        while ContinuousClock.now < end {
            // The engines are healthy most of the time; otherwise almost every message would fail.
            let modes = FaultyEngine.Mode.allCases.filter { $0 != .healthy }
            let mode =
                Int.random(in: 0..<10, using: &random) < 7
                ? .healthy : modes[Int.random(in: 0..<modes.count, using: &random)]
            engines[Int.random(in: 0..<engines.count, using: &random)].behave(mode)
            usleep(UInt32.random(in: 5_000...40_000, using: &random))
        }
        for engine in engines { engine.behave(.healthy) }
    }

    /// Drains all hosts but one, and leaves messages in the queue of that one.
    private func settle(
        _ service: ChaosService, _ hosts: [String], _ engines: [FaultyEngine], _ outcome: inout Outcome
    ) {
        let client = ChaosClient(service.daemon.port)
        for (number, host) in hosts.enumerated() {
            do {
                let base = "/v1/hosts/\(host)"
                _ = try client.ask(
                    "PUT", base + "/engine", engines[number].setting(number.isMultiple(of: 2) ? .json : .batches))
                _ = try client.ask(
                    "PATCH", base + "/config", #"{"asyncTimeoutMs":5000,"maxAsyncNotificationCount":64}"#)
                _ = try client.ask("PUT", base + "/worker", #"{"state":"running"}"#)
                let drain = try client.ask("POST", base + "/worker/drain", #"{"timeoutMs":60000}"#)
                let text = String(decoding: drain.body, as: UTF8.self)
                if !text.contains(#""drained":true"#) { outcome.faults.append("\(host) does not drain: \(text)") }
                guard number == 0 else { continue }
                _ = try client.ask("PUT", base + "/worker", #"{"state":"paused"}"#)
                for _ in 0..<3 {
                    _ = try client.ask("POST", base + "/notifications/async", #"{"operation":"LogPrint","data":""}"#)
                }
            } catch {
                outcome.faults.append("\(host): \(error)")
            }
        }
    }

    /// Compares the counts of the drivers with those of the engines, host by host; deleted hosts are compared together.
    private func compare(_ service: ServiceLedger, _ engines: EngineLedger, _ outcome: inout Outcome) {
        if !engines.duplicates.isEmpty { outcome.faults.append("came twice: \(engines.duplicates.prefix(5))") }
        var entries = Dictionary(grouping: engines.entries.values, by: \.host)
        for host in service.hosts {
            var sums = MessageSums()
            sums.add(host.counters)
            compare(host.host, sums, entries.removeValue(forKey: Substring(host.host)) ?? [], &outcome)
        }
        compare("removed hosts", service.removed, entries.values.flatMap { $0 }, &outcome)
    }

    private func compare(
        _ host: String, _ sums: MessageSums, _ entries: [EngineLedger.Entry], _ outcome: inout Outcome
    ) {
        outcome.lines.append(
            "\(host): enqueued \(sums.enqueued) = sent \(sums.sent) + sendFailed \(sums.sendFailed) + droppedOnOverflow "
                + "\(sums.droppedOnOverflow) + queued \(sums.queued) + inHand \(sums.inHand)")
        if !sums.isConserved { outcome.faults.append("ASY-10 does not hold: \(host)") }
        if sums.inHand + sums.inFlight > 0 { outcome.faults.append("\(host): messages are in flight") }
        for (kind, sent) in [("async", sums.sent), ("sync", sums.syncSent), ("direct", sums.directSent)] {
            let fates = entries.filter { $0.kind == kind }.map(\.fate)
            let acknowledged = fates.count { $0 == .acknowledged }
            outcome.lines.append(
                "  \(kind): sent \(sent); engines got \(fates.count), acknowledged \(acknowledged), answered in vain "
                    + "\(fates.count { $0 == .unread }), refused \(fates.count { $0 == .refused })")
            if UInt64(acknowledged) != sent {
                outcome.faults.append("\(host), \(kind): sent \(sent), acknowledged \(acknowledged)")
            }
        }
    }
}

/// The service as its composition root builds it, and its shutdown.
final class ChaosService {
    let api: NotificationAPI
    let daemon: Daemon
    private let webhooks: WebhookThread
    private(set) var remains: [(name: String, isGone: () -> Bool)] = []

    init() throws {
        webhooks = try WebhookThread()
        var limits = NotificationAPI.Limits()
        limits.streamHeartbeat = .milliseconds(100)
        api = NotificationAPI(
            limits: limits,
            dependencies: HostDependencies(timers: DispatchTimerQueue(), webhooks: webhooks, version: "0"),
            about: About(version: "0", swift: "6"),
            logger: Logger(label: "chaos") { _ in SwiftLogNoOpLogHandler() })
        var configuration = DaemonConfiguration()
        // When this time is over, an aborted request is noticed. It is long enough for the slow threads of a sanitizer:
        // a client whose request is not processed for that long is cut off too.
        configuration.requestDeadline = .seconds(5)
        daemon = try Daemon(configuration, handler: api) { _ in }
    }

    /// Stops in the order of `serve`, and returns the outcome of each host's messages.
    func end(_ outcome: inout ChaosRun.Outcome) -> ServiceLedger {
        let hosts = api.hosts.all
        daemon.quiesce()
        api.prepareToStop()
        let report = daemon.stop(within: .failSafe)
        if report.cut > 0 { outcome.faults.append("\(report.cut) requests were cut") }
        let ledgers = Locked<ServiceLedger?>(nil)
        api.unload { gathered in ledgers.withLock { $0 = gathered } }
        if !eventually({ ledgers.withLock { $0 != nil } }) { outcome.faults.append("the drivers do not unload") }
        webhooks.stop()
        if daemon.liveConnections != 0 { outcome.faults.append("\(daemon.liveConnections) connections are left") }
        if api.openStreams != 0 { outcome.faults.append("\(api.openStreams) live streams are left") }
        remains = [gone("the API", api), gone("the daemon", daemon), gone("webhooks", webhooks)]
        remains += hosts.flatMap { host in
            [
                gone("host \(host.name)", host), gone("the driver of \(host.name)", host.driver),
                gone("the engine of \(host.name)", host.engine),
            ]
        }
        return ledgers.withLock { $0 } ?? api.ledger
    }

    private func gone(_ name: String, _ object: some AnyObject) -> (name: String, isGone: () -> Bool) {
        (name, { [weak object] in object == nil })
    }
}
