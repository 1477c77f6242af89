import Bytes
import Console
import Messages
import MicroHTTPD
import Runtime
import Settings
import WebhookEngine

/// Verifies the signatures of Standard Webhooks.
struct SignatureCheck {
    /// Maximum difference between a timestamp and the current time, in seconds.
    static let tolerance: UInt64 = 300

    private let secret: WebhookSecret

    /// Creates a check with the secret in the file at `path`.
    init(path: String) throws(CommandFailure) {
        let text: Secret
        do throws(Secret.Unreadable) {
            text = try Secret(path: path)
        } catch {
            throw CommandFailure(status: .usage, message: "--secret-file: \(error)")
        }
        do throws(WebhookEngineError) {
            secret = try WebhookSecret(text.reveal())
        } catch {
            throw CommandFailure(status: .usage, message: "--secret-file: \(path): \(error.detail)")
        }
    }

    /// Creates a check with a given secret.
    init(secret: WebhookSecret) { self.secret = secret }

    /// The fault in the signature of `request`; nil if it is valid.
    func fault(of request: Request) -> String? {
        fault(of: request, at: Int64(SystemClock().now().second) - Int64(FileTime.unixEpoch.second))
    }

    /// The fault in the signature of `request` at `now`, in seconds since 1970; nil if it is valid.
    func fault(of request: Request, at now: Int64) -> String? {
        let headers = request.head.headers
        guard let id = headers["webhook-id"], let timestamp = headers["webhook-timestamp"],
            let signatures = headers["webhook-signature"]
        else { return "not signed" }
        guard timestamp.utf8.isDecimal, let time = Int64(timestamp) else {
            return "webhook-timestamp is not a whole number"
        }
        let difference = UInt64(bitPattern: time > now ? time &- now : now &- time)
        guard difference <= Self.tolerance else {
            return "webhook-timestamp is \(difference) s off; at most \(Self.tolerance) s are allowed"
        }
        let isGood = WebhookSignature.verify(
            signatures, id: id, timestamp: timestamp, body: request.body, with: secret)
        return isGood ? nil : "the signature is wrong"
    }
}
