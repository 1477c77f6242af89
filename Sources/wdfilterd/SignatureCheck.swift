import Console
import Messages
import MicroHTTPD
import Runtime
import Settings
import WebhookEngine

/// Checks the signatures of Standard Webhooks.
struct SignatureCheck {
    /// How far a timestamp may be from now, in seconds.
    static let tolerance: Int64 = 300

    private let secret: WebhookSecret

    /// A check by the secret in the file at `path`.
    init(path: String) throws(CommandFailure) {
        let text: Secret
        do throws(Secret.Unreadable) {
            text = try Secret(path: path)
        } catch {
            throw CommandFailure(status: .usage, message: error.description)
        }
        do throws(WebhookEngineError) {
            secret = try WebhookSecret(text.reveal())
        } catch {
            throw CommandFailure(status: .usage, message: "\(path): is not whsec_ and 24 to 64 bytes in Base64")
        }
    }

    /// A check by a secret that is known already.
    init(secret: WebhookSecret) { self.secret = secret }

    /// What is wrong with the signature of `request`; nil when it is good.
    func fault(of request: Request) -> String? {
        fault(of: request, at: Int64(SystemClock().now().second) - Int64(FileTime.unixEpoch.second))
    }

    /// What is wrong with the signature of `request` at `now`, in seconds since 1970.
    func fault(of request: Request, at now: Int64) -> String? {
        let headers = request.head.headers
        guard let id = headers["webhook-id"], let timestamp = headers["webhook-timestamp"],
            let signatures = headers["webhook-signature"]
        else { return "not signed" }
        guard let time = Int64(timestamp), (now - Self.tolerance...now + Self.tolerance).contains(time) else {
            return "the timestamp is not of now"
        }
        let isGood = WebhookSignature.verify(
            signatures, id: id, timestamp: timestamp, body: request.body, with: secret)
        return isGood ? nil : "the signature is wrong"
    }
}
