import Driver
import Messages

/// What the driver's table says about the few pids that an event names.
struct LiveProcesses: Sendable {
    /// A process in the table.
    struct Process: Sendable {
        var creationTime: FileTime
        /// Whether it was taken in without a creation.
        var isSynthesized: Bool
    }

    private var processes: [(processId: UInt32, process: Process?)] = []

    /// No pids.
    init() {}

    /// What `driver` says about `processIds`.
    init(_ processIds: [UInt32], of driver: Driver) {
        for processId in processIds {
            self[processId] = driver.process(processId).map {
                Process(creationTime: $0.identity.creationTime, isSynthesized: $0.isSynthesized)
            }
        }
    }

    /// The live process with a pid; nil when there is none.
    subscript(processId: UInt32) -> Process? {
        get { processes.first { $0.processId == processId }?.process }
        set {
            if let place = processes.firstIndex(where: { $0.processId == processId }) {
                processes[place].process = newValue
            } else {
                processes.append((processId, newValue))
            }
        }
    }
}
