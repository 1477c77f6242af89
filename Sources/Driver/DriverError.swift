/// Why the driver's API refused a call. Failures that the driver itself counts (drops, timeouts, bad replies) are not
/// errors.
public enum DriverError: Error, Hashable, Sendable {
    /// No live process has the pid.
    case unknownProcess(UInt32)
    /// A live process already has the pid.
    case processExists(UInt32)
    /// The System process always exists and cannot exit (DATA-6).
    case systemProcess
    /// The process has no such thread.
    case unknownThread(UInt32)
    /// A live thread already has the tid.
    case threadExists(UInt32)
    /// The id is reserved for the first thread of a live process. The host chose it because no caller named one.
    case firstThread(UInt32, of: UInt32)
    /// No stream context has the id, or the file has none.
    case unknownStreamContext
    /// The file already has a stream context.
    case streamContextExists
    /// The host's limit is reached.
    case limitReached(Limit)
    /// STATUS_INVALID_PARAMETER: a type out of range, or a message that is empty or too large (SYN-2, ASY-2).
    case invalidParameter(String)
    /// Steps require a paused worker.
    case workerRunning
    /// A drain requires a running worker.
    case workerPaused
    /// The worker was shut down.
    case workerStopped

    /// Which limit of `DriverLimits` was reached.
    public enum Limit: Hashable, CaseIterable, Sendable {
        /// `processes`.
        case processes
        /// `threads`.
        case threads
        /// `streamContexts`.
        case streamContexts
        /// `drivers`.
        case drivers
        /// `textBytes`.
        case textBytes
    }
}

extension DriverError: CustomStringConvertible {
    /// The error in words for people: a phrase without a period.
    public var description: String {
        switch self {
        case .unknownProcess(let processId): "no live process has the pid \(processId)"
        case .processExists(let processId): "a live process already has the pid \(processId)"
        case .systemProcess: "the System process cannot exit"
        case .unknownThread(let threadId): "the process has no thread \(threadId)"
        case .threadExists(let threadId): "a live thread already has the tid \(threadId)"
        case .firstThread(let threadId, let processId):
            "the id \(threadId) stands for the first thread of process \(processId)"
        case .unknownStreamContext: "there is no such stream context"
        case .streamContextExists: "the file already has a stream context"
        case .limitReached(let limit): "the host's limit of \(limit) is reached"
        case .invalidParameter(let detail): "STATUS_INVALID_PARAMETER: \(detail)"
        case .workerRunning: "the worker is running"
        case .workerPaused: "the worker is paused"
        case .workerStopped: "the worker was shut down"
        }
    }
}

extension DriverError.Limit: CustomStringConvertible {
    /// The things that are limited, in words for people.
    public var description: String {
        switch self {
        case .processes: "processes"
        case .threads: "threads"
        case .streamContexts: "stream contexts"
        case .drivers: "loaded drivers"
        case .textBytes: "bytes of names and command lines"
        }
    }
}
