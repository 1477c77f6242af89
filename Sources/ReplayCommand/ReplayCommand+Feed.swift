import Console
import Replay

extension ReplayCommand {
    /// The recordings to replay, from their start.
    func recordings(_ machinesWithSysmon: Set<String>, _ progress: ReplayProgress) -> sending RecordingFiles {
        // Those of the log Security tell the order only if no record of Sysmon does.
        RecordingFiles(
            paths: files, order: order, format: format,
            includesSecurity: include.contains(.security) && machinesWithSysmon.isEmpty, progress: progress)
    }

    /// The options of a feed for lines of `format`, in this process.
    ///
    /// - Throws: If an option does not fit the lines.
    func feedOptions(
        _ format: EventFeed.Options.Format, _ machinesWithSysmon: Set<String>
    ) throws(CommandFailure) -> EventFeed.Options {
        var options = EventFeed.Options(format: format)
        if options.format == .native, machine != nil || initialThreads || !include.isEmpty {
            throw CommandFailure(
                status: .usage, message: "--machine, --initial-threads and --include require records of an event log")
        }
        options.machine = machine
        options.replaysAllMachines = true
        options.includesSecurity = include.contains(.security)
        options.machinesWithSysmon = machinesWithSysmon
        options.drainsQueue = pace == .asap
        options.createsInitialThreads = initialThreads
        return options
    }
}
