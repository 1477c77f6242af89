/// Why the driver's surface refused a call. What the driver itself counts (drops, time-outs, bad replies) is no error.
public enum DriverError: Error, Hashable, Sendable {
    /// No live process has the pid.
    case unknownProcess(UInt32)
    /// A live process has the pid already.
    case processExists(UInt32)
    /// The System process always exists and cannot exit (DATA-6).
    case systemProcess
    /// The process has no such thread.
    case unknownThread(UInt32)
    /// A live thread has the tid already.
    case threadExists(UInt32)
    /// The id stands for the first thread of a live process: the host chose it, since no caller named one.
    case firstThread(UInt32, of: UInt32)
    /// No stream context has the id, or the file has none.
    case unknownStreamContext
    /// The file has a stream context already.
    case streamContextExists
    /// As many as the host may keep are there already.
    case limitReached(Limit)
    /// STATUS_INVALID_PARAMETER: a type out of range, or a message of no or too great size (SYN-2, ASY-2).
    case invalidParameter(String)
    /// Steps are for a paused worker.
    case workerRunning
    /// A paused worker drains nothing.
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

        /// The things that are limited, in words for people.
        public var plural: String {
            switch self {
            case .processes: "processes"
            case .threads: "threads"
            case .streamContexts: "stream contexts"
            case .drivers: "loaded drivers"
            case .textBytes: "bytes of names and command lines"
            }
        }
    }
}
