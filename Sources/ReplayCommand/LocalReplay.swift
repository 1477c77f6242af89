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
        machines = try ReplayMachines(ReplaySetup(command), command.pace, messages: messages)
        logger.debug("replaying in this process", metadata: ["engine": "\(command.engine.url ?? "embedded")"])
    }

    func run(_ input: sending RecordingFiles) throws(CommandFailure) -> ReplayResult {
        let started = SystemClock().uptimeNanoseconds()
        var options = try command.feedOptions(input.detectedFormat(), machinesWithSysmon)
        if options.format == .native, command.gates.maxDelay != nil {
            throw CommandFailure(status: .usage, message: "--max-delay requires a recording of Sysmon")
        }
        options.reportsCoverage = true
        options.reportsTimeline = true
        options.onDeprecated = deprecations.recordUse
        options.onCreation = policyUse.note
        let run = ReplayRun(machines, options)
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
                if part != block.part { run.begin(part: block.name) }
                part = block.part
                progress.begin(block)
                try run.apply(read) { progress.note($0, of: read.count) }
            }
        }
        let report = try run.finish(command.settings(machines.defaults)) { SystemClock().uptimeNanoseconds() - started }
        return ReplayResult(
            report, usesWebhook: machines.virtualTimes == nil, engineName: machines.engineName,
            unusedPolicies: policyUse.unused, unread: unread, fault: fault)
    }

    /// One reader per additional processor, at most 3: applying takes half as long as reading, and its thread reads too.
    static var readers: Int { min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1, 1), 3) }
}
