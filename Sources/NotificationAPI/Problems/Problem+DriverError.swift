import Driver

extension Problem {
    /// The problem that a refusal of the driver's surface is for a client.
    init(_ error: DriverError) {
        switch error {
        case .unknownProcess(let processId): self.init(.unknownProcess, "No live process has the pid \(processId).")
        case .processExists(let processId): self.init(.processExists, "A live process has the pid \(processId).")
        case .systemProcess: self.init(.systemProcess, "The System process cannot exit.")
        case .unknownThread(let threadId): self.init(.unknownThread, "The process has no thread \(threadId).")
        case .threadExists(let threadId): self.init(.threadExists, "A live thread has the tid \(threadId).")
        case .firstThread(let threadId, let processId):
            self.init(.threadExists, "The id \(threadId) stands for the first thread of process \(processId).")
        case .unknownStreamContext: self.init(.unknownStreamContext, "There is no such stream context.")
        case .streamContextExists: self.init(.streamContextExists, "The file has a stream context.")
        case .limitReached(let limit):
            self.init(.limitReached, "The host's limit of \(limit.plural) is reached.")
        case .invalidParameter(let detail): self.init(.invalidRequest, "STATUS_INVALID_PARAMETER: \(detail).")
        case .workerRunning: self.init(.workerRunning, "The worker is running.")
        case .workerPaused: self.init(.workerPaused, "The worker is paused.")
        case .workerStopped: self.init(.workerStopped, "The worker was shut down.")
        }
    }
}

/// Calls the driver's surface; its refusals become problems.
func driving<Result>(_ body: () throws(DriverError) -> Result) throws(Problem) -> Result {
    do { return try body() } catch { throw Problem(error) }
}
