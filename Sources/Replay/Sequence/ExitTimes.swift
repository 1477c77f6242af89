import Driver
import Messages

/// When the processes of a machine exited, according to the recording. It keeps the last 65,536 exits, and at most twice as many.
struct ExitTimes: Sendable {
    private var times = RecentMap<AuxPidCreationTime, FileTime>(capacity: 65_536)

    /// Notes the exit of the process that `reports` are about, by an event of `time`.
    mutating func note(_ reports: [RoutineReport], at time: FileTime?) {
        guard let time, let process = reports.first?.messages.first?.message.process else { return }
        times.store(time, under: process.ofWholeSecond)
    }

    /// Whether an event that names an exited process is dated before its exit: only its record came later.
    func areAfter(_ event: SysmonEvent) -> Bool {
        guard let time = event.time else { return false }
        return [event.subject, event.target].contains { process in
            guard let processId = process?.processId, let created = process?.guid?.creationTime else { return false }
            let identity = AuxPidCreationTime(processId: processId, creationTime: created)
            return times[identity.ofWholeSecond].map { time < $0 } ?? false
        }
    }
}

extension AuxPidCreationTime {
    /// The process as a ProcessGuid names it, which has whole seconds.
    fileprivate var ofWholeSecond: AuxPidCreationTime {
        AuxPidCreationTime(
            processId: processId, creationTime: FileTime(ticks: creationTime.second * FileTime.ticksPerSecond))
    }
}
