import Console
import Driver
import Glibc
import Locking
import Logging
import Messages
import NotificationAPI
import Replay
import Runtime
import WebhookEngine

/// A replay in this process: a driver for each machine, with an embedded engine in virtual time, or a webhook.
struct LocalReplay: Replaying {
    /// Creates the drivers.
    private let machines: ReplayMachines
    private let command: ReplayCommand
    /// The machines whose events of the log Security are skipped from the first one on.
    private let machinesWithSysmon: Set<String>
    private let policyUse: PolicyUse
    private let deprecations: Deprecations

    /// Prepares a replay. Each message that has ended goes to `messages`.
    init(
        _ command: ReplayCommand, machinesWithSysmon: Set<String>, messages: MessagesFile?, logger: Logger
    ) throws(CommandFailure) {
        self.command = command
        self.machinesWithSysmon = machinesWithSysmon
        deprecations = Deprecations(logger: logger)
        policyUse = PolicyUse(command.policy)
        machines = try ReplayMachines(command, messages: messages)
        logger.debug("replaying in this process", metadata: ["engine": "\(command.engine.url ?? "embedded")"])
    }

    func run(_ input: sending RecordingFiles) throws(CommandFailure) -> ReplayResult {
        let started = SystemClock().uptimeNanoseconds()
        var options = EventFeed.Options(format: try input.detectedFormat())
        if options.format == .native, command.machine != nil || command.initialThreads || !command.include.isEmpty {
            throw CommandFailure(
                status: .usage, message: "--machine, --initial-threads and --include require records of an event log")
        }
        if options.format == .native, command.gates.maxDelay != nil {
            throw CommandFailure(status: .usage, message: "--max-delay requires a recording of Sysmon")
        }
        options.machine = command.machine
        options.replaysAllMachines = true
        options.includesSecurity = command.include.contains(.security)
        options.machinesWithSysmon = machinesWithSysmon
        options.drainsQueue = command.pace == .asap
        options.reportsCoverage = true
        options.onDeprecated = deprecations.recordUse
        options.createsInitialThreads = command.initialThreads
        options.onCreation = policyUse.note
        let feed = EventFeed(options: options, pacer: machines.pacer) { [machines] in machines.target(of: $0) }
        let progress = input.progress
        let lines = ReadAheadLines(input, options, threads: LocalReplay.readers)
        defer { lines.stop() }
        var part: Int?
        var fault: CommandFailure?
        var unread = UnreadInput()
        loop: while true {
            switch lines.next() {
            case .end(let met):
                unread = met
                break loop
            case .fault(let met, let parts):
                (fault, unread) = (met, parts)
                break loop
            case .lines(let read, let block):
                if part != block.part { feed.begin(part: block.name) }
                part = block.part
                try consume(read, feed)
                progress.note(lines: read.count, upTo: block)
            }
        }
        let counted = try finish(feed)
        machines.settle()
        let spent = SystemClock().uptimeNanoseconds() - started
        return ReplayResult(
            ReplayReport(counted, hosts: machines.hosts, deliveries: machines.ledger, durationNanoseconds: spent),
            usesWebhook: machines.virtualTime == nil, engineName: machines.engineName,
            unusedPolicies: policyUse.unused, unread: unread, fault: fault)
    }

    /// One reader per additional processor, at most 3: applying takes half as long as reading, and its thread reads too.
    private static var readers: Int { min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1, 1), 3) }

    private func consume(_ lines: ReadLines, _ feed: EventFeed) throws(CommandFailure) {
        var index = 0
        while index < lines.count {
            let signal = ReplaySignal()
            index = feed.consume(lines, from: index) { signal.fire() }
            if index < lines.count { try wait(for: signal) }
        }
    }

    private func finish(_ feed: EventFeed) throws(CommandFailure) -> FeedReport {
        let signal = ReplaySignal()
        let result = Locked<FeedReport?>(nil)
        feed.finish { report in
            result.withLock { $0 = report }
            signal.fire()
        }
        try wait(for: signal)
        guard let report = result.withLock({ $0 }) else { throw LocalReplay.stuck }
        return report
    }

    private func wait(for signal: ReplaySignal) throws(CommandFailure) {
        if !signal.wait(in: machines.virtualTime) { throw LocalReplay.stuck }
    }

    private static let stuck = CommandFailure(
        status: .failed, message: "the replay is stuck: this is a bug in wdfilterd")
}
