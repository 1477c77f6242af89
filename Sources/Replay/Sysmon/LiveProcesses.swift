import Driver
import Messages

/// The entries of the driver's table for the pids that an event names.
struct LiveProcesses: Sendable {
    /// A process in the table.
    struct Process: Sendable {
        var creationTime: FileTime
        /// Whether its context was created without a process creation.
        var isSynthesized: Bool
    }

    private var processes: [(processId: UInt32, process: Process?)] = []

    /// No pids.
    init() {}

    /// The entries of `driver` for `processIds`.
    init(_ processIds: [UInt32], of driver: Driver) {
        for processId in processIds {
            self[processId] = driver.process(processId).map {
                Process(creationTime: $0.identity.creationTime, isSynthesized: $0.isSynthesized)
            }
        }
    }

    /// The live process with a pid; nil if there is none.
    subscript(processId: UInt32) -> Process? {
        get { processes.first { $0.processId == processId }?.process }
        set {
            if let index = processes.firstIndex(where: { $0.processId == processId }) {
                processes[index].process = newValue
            } else {
                processes.append((processId, newValue))
            }
        }
    }
}
