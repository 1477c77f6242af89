import Driver
import JSON

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
