import Bytes
import Driver

extension Problem {
    /// The problem for an error of the driver: what is wrong, and what to do next.
    init(_ error: DriverError) {
        let (type, advice) = error.problem
        let sentence = error.description.asSentence
        self.init(type, advice.isEmpty ? sentence : "\(sentence) \(advice)")
    }
}

extension DriverError {
    /// The type of the problem, and a sentence that says what a client can do about it.
    fileprivate var problem: (ProblemType, advice: String) {
        switch self {
        case .unknownProcess: (.unknownProcess, "GET /v1/hosts/{host}/processes lists the live ones.")
        case .processExists(let processId):
            (
                .processExists,
                "Omit processId to get a free pid, or end that process: DELETE /v1/hosts/{host}/processes/\(processId)."
            )
        case .systemProcess:
            (.systemProcess, "To start again with only System: POST /v1/hosts/{host}/reset.")
        case .unknownThread: (.unknownThread, "GET /v1/hosts/{host}/processes/{pid}/threads lists them.")
        case .threadExists: (.threadExists, "Omit threadId to get a free tid, or delete that thread.")
        case .firstThread: (.threadExists, "Choose another id, or omit it to get a free one.")
        case .unknownStreamContext: (.unknownStreamContext, "GET /v1/hosts/{host}/stream-contexts lists them.")
        case .streamContextExists:
            (
                .streamContextExists,
                "Change its rules: PATCH /v1/hosts/{host}/stream-contexts/{id}/rules. GET .../stream-contexts lists the ids."
            )
        case .limitReached(let limit):
            (
                .limitReached,
                (limit == .drivers ? "None can be removed: POST /v1/hosts/{host}/reset" : "Delete some")
                    + ", or raise limits.\(limit.setting)."
            )
        case .invalidParameter: (.invalidRequest, "")
        case .workerRunning:
            (.workerRunning, #"Pause it first: PUT /v1/hosts/{host}/worker with {"state":"paused"}."#)
        case .workerPaused:
            (
                .workerPaused,
                #"Let it run: PUT /v1/hosts/{host}/worker with {"state":"running"}. Or step it: POST .../worker/steps."#
            )
        case .workerStopped:
            (
                .workerStopped,
                "The host was deleted or reset, or the service is stopping: try again if it exists, or create it."
            )
        }
    }
}

extension DriverError.Limit {
    /// The setting of the group `limits` that sets the limit.
    fileprivate var setting: String {
        switch self {
        case .processes: "processesPerHost"
        case .threads: "threadsPerHost"
        case .streamContexts: "streamContextsPerHost"
        case .drivers: "driversPerHost"
        case .textBytes: "textBytesPerHost"
        }
    }
}

/// Calls the driver, and throws its error as a problem.
func orProblem<Result>(_ call: @autoclosure () throws(DriverError) -> Result) throws(Problem) -> Result {
    do { return try call() } catch { throw Problem(error) }
}
