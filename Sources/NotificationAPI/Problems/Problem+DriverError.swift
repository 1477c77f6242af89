import Driver

extension Problem {
    /// The problem for an error of the driver.
    init(_ error: DriverError) {
        self.init(ProblemType(error), error.description.asSentence)
    }
}

extension ProblemType {
    fileprivate init(_ error: DriverError) {
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

extension String {
    /// The phrase with a capital letter and a period.
    fileprivate var asSentence: String { prefix(1).uppercased() + dropFirst() + "." }
}

/// Calls the driver, and throws its error as a problem.
func orProblem<Result>(_ call: @autoclosure () throws(DriverError) -> Result) throws(Problem) -> Result {
    do { return try call() } catch { throw Problem(error) }
}
