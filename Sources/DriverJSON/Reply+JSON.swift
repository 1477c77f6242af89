public import Driver
public import JSON
import Messages

extension MessageReply {
    /// Writes the reply: as it arrived, and as the driver read it.
    func write(to json: inout JSONWriter) {
        json.object { json in
            if let answer {
                json.member("httpStatus", answer.httpStatus)
                if let mediaType = answer.mediaType { json.member("mediaType", mediaType) }
                json.member("bytes", Base64.encode(answer.bytes))
                json.member("size", answer.size)
            }
            if let type = reading.operationType { json.member("operationType", type) }
            if let creation = reading.creation { creation.writeMembers(to: &json) }
            if let fault = reading.fault {
                json.member("fault") { json in
                    json.object { json in
                        json.member("pointer", fault.pointer)
                        json.member("detail", fault.detail)
                    }
                }
            }
        }
    }
}

extension MessageReply {
    /// Reads the reply of a message in the journal, as `write(to:)` writes it; nil after a fault.
    public init?(_ object: JSONObject) {
        var answer: EngineAnswer?
        if object["httpStatus"] != nil {
            let status = object.required("httpStatus") { $0.int(in: 0...999) }
            let bytes = object.required("bytes") { $0.base64(maxCount: EngineAnswer.keptBytes) }
            let size = object.required("size") { $0.int(in: 0...Int.max) }
            guard let status, let bytes, let size else { return nil }
            answer = EngineAnswer(
                httpStatus: status, mediaType: object.optional("mediaType") { $0.string() }, bytes: bytes, size: size)
        }
        var reading = ReplyReading()
        reading.operationType = object.optional("operationType") {
            $0.integer(in: Int64(Int32.min)...Int64(Int32.max)).map { Int32($0) }
        }
        reading.creation = object.optional("accessDenied") { $0.bool() }.map { accessDenied in
            CreateProcessAnswer(
                accessDenied: accessDenied,
                processFlags: object.optional("flags") { $0.bits(of: ProcessFlags.self)?.rawValue },
                processRules: object.optional("rules") { $0.bits(of: ProcessRules.self)?.rawValue })
        }
        reading.fault = object.optional("fault") { $0.openObject() }.map { fault in
            ReplyFault(
                pointer: fault.required("pointer") { $0.string(maxUTF16: .max) } ?? "",
                fault.required("detail") { $0.string(maxUTF16: .max) } ?? "")
        }
        self.init(answer: answer, reading: reading)
    }
}
