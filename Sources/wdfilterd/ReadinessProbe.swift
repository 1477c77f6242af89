import Bytes
import Console
import Curl

/// One `GET /readyz` to a service.
struct ReadinessProbe {
    /// Why a service does not count as ready.
    enum Failure: Error, CustomStringConvertible {
        /// It answered, but not with 200.
        case notReady(status: Int)
        /// No answer in time.
        case timeout
        /// The request failed; with the error of libcurl.
        case failed(String)

        var description: String {
            switch self {
            case .notReady(let status): "the answer is \(status)"
            case .timeout: "no answer in time"
            case .failed(let detail): detail
            }
        }
    }

    private let target: ServiceTarget

    /// Creates a probe of `target`.
    init(_ target: ServiceTarget) { self.target = target }

    /// Sends the request and returns if the answer is 200.
    func check(within limit: Duration) throws(Failure) {
        let (code, status): (ResultCode, Int)
        do throws(CurlFailure) {
            let handle = try target.handle(for: "/readyz", agent: "wdfilterd-healthcheck")
            try handle.set(.timeout, Int(limit.milliseconds))
            code = try handle.perform(IgnoredAnswer())
            status = handle.status
        } catch {
            throw .failed(error.text)
        }
        if code == .timedOut { throw .timeout }
        guard code == .ok else { throw .failed(code.text) }
        guard status == 200 else { throw .notReady(status: status) }
    }

    /// Reads an answer and discards it.
    private final class IgnoredAnswer: TransferDelegate {
        func receive(_ bytes: UnsafeRawBufferPointer) -> Bool { true }
    }
}
