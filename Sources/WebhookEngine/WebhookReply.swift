import Bytes
import Driver
import DriverJSON
import JSON
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
        result.waited = end.waited
        self.result = result
    }

    private static func result(of response: HTTPResponse, to message: EngineMessage?) -> EngineResult {
        var reply = EngineReply.empty
        var fault: String?
        if let message, message.readsReply, !response.body.isEmpty {
            if response.isOctetStream {
                reply = .bytes(response.body)
            } else {
                do throws(JSONFaults) {
                    reply = try JSONDocument.read(response.body, maxFaults: 1) { value in
                        message.kind == .sync ? value.syncReply() : value.createProcessReply()
                    }
                } catch {
                    reply = .unreadable
                    fault = "unreadable reply: \(error)"
                }
            }
        }
        return EngineResult(status: .success, reply: reply, fault: fault)
    }
}

extension EngineMessage {
    /// Whether the driver reads the reply: yes for sync messages and for CreateProcess at creation.
    fileprivate var readsReply: Bool {
        switch kind {
        case .sync: true
        case .async: false
        case .direct: operationCode == AsyncOperation.createProcess.rawValue
        }
    }
}

extension HTTPResponse {
    fileprivate var isOctetStream: Bool {
        let mediaType = contentType?.prefix { $0 != ";" && $0 != " " }.asciiLowercased
        return mediaType == "application/octet-stream"
    }
}

extension JSONValue {
    /// `{"operationType":3}`, or its name.
    fileprivate func syncReply() -> EngineReply? {
        guard let type = openObject()?.required("operationType", { $0.operationType() }) else { return nil }
        return .sync(ReplySyncMessage(operationType: type))
    }

    private func operationType() -> Int32? {
        guard kind == .string else {
            return integer(in: Int64(Int32.min)...Int64(Int32.max)).map { Int32($0) }
        }
        guard let name = string() else { return nil }
        if let operation = SyncOperation(name: name) { return operation.rawValue }
        fault("unknown sync operation")
        return nil
    }

    /// `{"accessDenied"?,"rules"?,"flags"?}`.
    fileprivate func createProcessReply() -> EngineReply? {
        guard let object = openObject() else { return nil }
        return .createProcess(
            CreateProcessAnswer(
                accessDenied: object.optional("accessDenied") { $0.bool() } ?? false,
                processFlags: object.optional("flags") {
                    $0.bits(of: ProcessFlags.self, integersInArray: true)?.rawValue
                },
                processRules: object.optional("rules") {
                    $0.bits(of: ProcessRules.self, integersInArray: true)?.rawValue
                }))
    }
}
