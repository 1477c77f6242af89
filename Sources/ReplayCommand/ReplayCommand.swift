public import ArgumentParser
public import Console
import Driver
import Logging
public import Recordings
import Replay

/// `wdfilterd replay`.
public struct ReplayCommand: CheckedCommand {
    /// The name, the help and the examples.
    public static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Show what WdFilter would have reported for a recording, and what a slow engine would have missed.",
        discussion: """
            FILE is a recording of Sysmon events or of native event lines: .json, .ndjson, .zip, .gz, .tar.gz, the output \
            of `evtx_dump -o jsonl` or `Get-WinEvent | ConvertTo-Json`, an .evtx file if evtx_dump is installed, or - for \
            standard input. Each machine in it gets its own host.

            Without --server, everything runs in this process. Its embedded engine runs in virtual time: a recording of \
            hours takes seconds, even at its own pace, and two runs are the same. With --engine-url, a webhook gets the \
            messages, in real time. With --server, the hosts of a service get the events, and keep the results.

            Without rules, the driver reports only processes and images: --rules arms every process, --policy those whose \
            image matches.

            Progress goes to standard error, the summary to standard output. Exit code 1 if a gate such as --fail-on-loss is \
            not passed, 2 if a file cannot be read to its end or nothing in it could be applied, 3 if the server or the \
            engine fails.

            Examples:
              wdfilterd replay attack.zip
              wdfilterd replay attack.zip --rules NotifyNewThreadDifferentProcess
              wdfilterd replay attack.zip --policy '*\\powershell.exe=NotifyImageLoadRule'
              wdfilterd replay attack.zip --pace recorded --engine-latency 20ms
              wdfilterd replay attack.zip --fail-on-loss --engine-url http://127.0.0.1:9000/
              wdfilterd replay attack.zip --compare old.json --fail-on-loss=new
              wdfilterd replay attack.zip --pace recorded --html report.html
              wdfilterd replay attack.zip --server http://127.0.0.1:8080 --json | jq .hosts
              zcat attack.json.gz | wdfilterd replay - --fail-under 25 --quiet
            """)

    @Argument(help: "The recordings, replayed one after the other; - is standard input.", completion: .file())
    var files: [String]

    @Option(help: "What the lines contain: auto decides by the first line that can be recognized.")
    var format = RecordingFormat.auto

    @Option(
        help: "Reading direction: auto = reverse if the newest record is first; a pipe is always read forward.")
    var order = RecordingOrder.auto

    @Option(
        help: """
            Replay records of another log too: security = events 4688 and 4689 as creations and exits, for machines without \
            records of Sysmon. (values: security)
            """, completion: .list(["security"]))
    var include: [IncludedLog] = []

    @Option(help: "Replay only this machine; case is ignored.")
    var machine: String?

    @Option(
        help: "Rules for every process: names, separated by commas; wdfilterd vocabulary lists them.",
        completion: .list(ProcessRules.allNames), transform: ArmedRules.init)
    var rules: ArmedRules?

    @Option(
        help: """
            Rules for processes whose image matches: GLOB=RULE,RULE. A name without a folder matches in any folder. May be given \
            several times.
            """,
        transform: ArmedPolicy.init)
    var policy: [ArmedPolicy] = []

    @Flag(help: "Give each created process a first thread, created by its parent; recordings have none.")
    var initialThreads = false

    @Option(
        name: .customLong("pace"),
        help: """
            asap: an event starts when the previous one is done and its messages are sent. recorded: at the recorded \
            intervals. xN: N times as fast. (default: asap)
            """, completion: .list(["asap", "recorded", "x10"]), transform: ReplayPace.parse)
    var givenPace: ReplayPace?

    @Option(
        help: ArgumentHelp(
            """
            Replay with several values of latency, queue or fail-every at once, at the recorded pace, and find the edge of the \
            engine: a list, or a range FIRST..LAST, logarithmic unless :linear is behind it, with 20 values unless :COUNT is. \
            A second one makes a grid.
            """, valueName: "NAME=VALUES"),
        transform: SweepAxis.init)
    var sweep: [SweepAxis] = []

    @OptionGroup(title: "Engine") var engine: ReplayEngineOptions
    @OptionGroup(title: "Server") var server: ReplayServerOptions

    @Flag(help: "Exit with 0 even if nothing in the files could be applied.")
    var allowEmpty = false

    @OptionGroup(title: "Gates") var gates: ReplayGateOptions
    @OptionGroup(title: "Output") var output: ReplayOutputOptions

    @Option(help: "Whether to use colors: auto = on a terminal, unless NO_COLOR is set.")
    var color = ColorChoice.auto

    @OptionGroup var log: LogOptions

    /// Creates a command without options.
    public init() {}

    /// The arguments of any subcommand, with values for the options of this one that need none.
    public static func completing(_ arguments: [String]) -> [String] { LossLimit.completing(arguments) }

    /// Replays the recordings and prints the result.
    public func run() throws {
        // Before any other thread starts.
        let signals = AwaitedSignals.endings()
        let logger = log.logger("replay")
        let progress = ReplayProgress(output.quiet ? .none : .of(.error))
        let interruption = ReplayInterruption(signals, progress)
        if !sweep.isEmpty, files.contains("-") { try SeekableInput.prepare() }
        let machinesWithSysmon = try machinesWithSysmon()
        if !sweep.isEmpty { return try runSweep(machinesWithSysmon, progress, logger) }
        let earlier: ReplayReport? = if let path = output.compare { try ReplayReport(earlier: path) } else { nil }
        let messages: MessagesFile? = if let path = output.messages { try MessagesFile(path) } else { nil }
        defer { messages?.discard() }
        if let messages { interruption.tidy { messages.discard() } }
        let replay: any Replaying =
            if let url = server.url {
                try ServerReplay(self, url, interruption, logger: logger)
            } else {
                try LocalReplay(
                    self, machinesWithSysmon: machinesWithSysmon, messages: messages, logger: logger)
            }
        defer { progress.clear() }
        var result = try replay.run(recordings(machinesWithSysmon, progress))
        progress.clear()
        try checkMachine(result.report)
        // A file of an earlier replay stays if there is nothing to replace it by.
        if hasResult(result.report) { try messages?.finish() }
        if let earlier { result.report.comparison = LossComparison(result.report, with: earlier) }
        try judge(&result)
    }

    /// The machines that have records of Sysmon, from a first pass over the recordings. Those of a pipe are unknown: there, the
    /// first record of Sysmon decides.
    private func machinesWithSysmon() throws(CommandFailure) -> Set<String> {
        guard include.contains(.security) else { return [] }
        let survey = SysmonSurvey()
        for path in files where RecordingFiles.canBeReadAgain(path) {
            let file = RecordingFiles(paths: [path], order: .forward, format: .sysmon, progress: ReplayProgress(.none))
            // A fault is reported by the replay itself.
            while let block = try? file.next() { block.bytes.withUnsafeBytes { survey.read($0) } }
        }
        return survey.machines
    }

    /// How fast events follow one another.
    var pace: ReplayPace { givenPace ?? (sweep.isEmpty ? .asap : .speed(1)) }

    /// All rules to arm, from --rules and --policy.
    var policies: [ArmedPolicy] { (rules.map { [ArmedPolicy(imageFileName: "*", rules: $0)] } ?? []) + policy }
}

/// The format of the lines of a recording.
enum RecordingFormat: String, CaseIterable, ExpressibleByArgument {
    case auto, sysmon, native
}

/// A log whose records are replayed besides Sysmon's.
enum IncludedLog: String, CaseIterable, ExpressibleByArgument {
    case security
}

extension RecordingOrder: ExpressibleByArgument {}
