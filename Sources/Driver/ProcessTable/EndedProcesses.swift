import Messages

/// The processes that ended when the clock still showed the time of their creation.
///
/// A clock that is set by hand may stand still while a pid is used again, but a pid and a creation time stand for one process.
struct EndedProcesses {
    /// Their creation times, by pid.
    private var times: [UInt32: FileTime] = [:]
    /// The latest of these.
    private var latest = FileTime.none

    /// How many are kept.
    var count: Int { times.count }

    /// The most that are kept.
    private static let most = 65_536

    /// Keeps a process that ends at `now`; nil if the time is not known.
    mutating func add(_ process: AuxPidCreationTime, endedAt now: FileTime?) {
        if let now, process.creationTime < now { return }
        if times.count >= Self.most { times = [:] }
        times[process.processId] = process.creationTime
        latest = max(latest, process.creationTime)
    }

    /// The creation time of a process that is created at `now`: a tick after that of an earlier one with its pid, if need be.
    mutating func creationTime(of processId: UInt32, at now: FileTime) -> FileTime {
        if times.isEmpty { return now }
        if now > latest {
            times = [:]
            latest = .none
        }
        guard let earlier = times[processId], earlier >= now else { return now }
        return earlier.later(by: 1)
    }
}
