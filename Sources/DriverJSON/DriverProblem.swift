public import Driver

/// The problems of the API that errors of the driver cause. The raw value is the last part of a problem's `type`.
public enum DriverProblem: String, CaseIterable, Sendable {
    /// No live process has the pid.
    case unknownProcess = "unknown-process"
    /// The pid is in use.
    case processExists = "process-exists"
    /// The System process cannot exit.
    case systemProcess = "system-process"
    /// The process has no thread with the tid.
    case unknownThread = "unknown-thread"
    /// The tid is in use, or reserved for a first thread.
    case threadExists = "thread-exists"
    /// The stream context does not exist.
    case unknownStreamContext = "unknown-stream-context"
    /// The file already has a stream context.
    case streamContextExists = "stream-context-exists"
    /// A limit is reached.
    case limitReached = "limit-reached"
    /// STATUS_INVALID_PARAMETER.
    case invalidRequest = "invalid-request"
    /// Steps require a paused worker.
    case workerRunning = "worker-running"
    /// A drain requires a running worker.
    case workerPaused = "worker-paused"
    /// The worker was shut down.
    case workerStopped = "worker-stopped"

    /// The problem that `error` causes.
    public init(_ error: DriverError) {
        self =
            switch error {
            case .unknownProcess: .unknownProcess
            case .processExists: .processExists
            case .systemProcess: .systemProcess
            case .unknownThread: .unknownThread
            case .threadExists, .firstThread: .threadExists
            case .unknownStreamContext: .unknownStreamContext
            case .streamContextExists: .streamContextExists
            case .limitReached: .limitReached
            case .invalidParameter: .invalidRequest
            case .workerRunning: .workerRunning
            case .workerPaused: .workerPaused
            case .workerStopped: .workerStopped
            }
    }
}
