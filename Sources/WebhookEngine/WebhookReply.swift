import Bytes
public import Driver
import DriverJSON
import Messages

/// An engine's answer, translated for the driver.
struct WebhookReply {
    /// Result of the send.
    let result: EngineResult

    /// Translates `end`, the end of the POST of `message`, or of a ping if `message` is nil.
    init(_ end: TransferEnd, to message: EngineMessage?) {
        var result =
            switch end.outcome {
            case .response(let response) where response.isSuccess: WebhookReply.result(of: response, to: message)
            case .response(let response): EngineResult(status: .unsuccessful, fault: "HTTP status \(response.status)")
            // Below 300 the final status may not have been received yet: 0 is none, 1xx is interim.
            case .tooLarge(let status, _) where status >= 300:
                EngineResult(status: .unsuccessful, fault: "HTTP status \(status)")
            case .tooLarge(_, let excess): EngineResult(status: .bufferOverflow, fault: excess)
            case .timedOut: EngineResult(status: .timeout, fault: "no answer in time")
            case .disconnected(let reason): EngineResult(status: .portDisconnected, fault: reason)
            case .noConnection(let reason), .notTried(let reason):
                EngineResult(status: .unsuccessful, fault: reason)
            }
        if case .response(let response) = end.outcome {
            result.answer = EngineAnswer(
                httpStatus: response.status, mediaType: response.contentType, body: response.body)
        }
        result.waited = end.waited
        self.result = result
    }

    private static func result(of response: HTTPResponse, to message: EngineMessage?) -> EngineResult {
        var reply = EngineReply.empty
        if let message, message.readsReply, !response.body.isEmpty {
            reply = response.isOctetStream ? .bytes(response.body) : EngineReply(json: response.body, to: message)
        }
        return EngineResult(status: .success, reply: reply)
    }
}

extension EngineResult {
    /// The end of a sentence about an engine that does not take a ping, whose result this is.
    public var faultOfPing: String {
        (answer == nil ? "does not answer: " : "refuses the ping (wdfilter.ping): ") + (fault ?? status.name)
    }
}

extension HTTPResponse {
    /// Whether the content is bytes, whatever parameters its type has.
    fileprivate var isOctetStream: Bool {
        guard let type = contentType?.utf8 else { return false }
        let name = type.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        return name.lazy.map(\.asciiLowercased).elementsEqual(CloudEvent.binaryMediaType.utf8)
    }
}
