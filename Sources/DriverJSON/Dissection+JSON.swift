public import JSON
public import Messages

extension Dissection {
    /// Writes one object: the form of the message, its fields, all parts, remarks and faults.
    ///
    /// - Parameter place: Writes members that say where the bytes are from.
    public func write(to json: inout JSONWriter, place: (inout JSONWriter) -> Void = { _ in }) {
        json.object { json in
            place(&json)
            writeContent(to: &json)
            json.member("parts") { json in
                json.array { json in
                    for part in parts { part.write(to: &json, in: self) }
                }
            }
            write("remarks", remarks, to: &json)
            write("faults", faults, to: &json)
        }
    }

    private func writeContent(to json: inout JSONWriter) {
        json.member("size", size)
        json.member("cutOff", isCutOff)
        switch content {
        case .async(let message):
            write("async", message.operation.name, message.operation.rawValue, to: &json)
            json.member("fields") { json in
                json.object { json in
                    json.member("notificationNumber", message.notificationNumber)
                    json.member("refCount", message.refCount)
                    for member in message.members { json.member(member) }
                }
            }
        case .sync(let message):
            write("sync", message.operation.name, message.operation.rawValue, to: &json)
            json.member("fields") { json in
                json.object { json in
                    json.member("ioPriority", message.ioPriority)
                    json.member("currentProcess", message.currentProcess)
                    for member in message.data.members { json.member(member) }
                }
            }
        case .syncData(let data):
            write("syncData", data.operation.name, data.operation.rawValue, to: &json)
            json.member("fields") { json in
                json.object { json in for member in data.members { json.member(member) } }
            }
        case .syncReply(let reply):
            json.member("form", "syncReply" as StaticString)
            json.member("fields") { json in json.object { $0.member("operationType", reply.operationType) } }
        case .createProcessReply(let reply):
            json.member("form", "createProcessReply" as StaticString)
            json.member("fields") { json in
                json.object { json in
                    json.member("accessDenied", reply.accessDenied)
                    json.member("flags", hex: UInt64(reply.processFlags))
                    json.member("rules", hex: UInt64(reply.processRules))
                }
            }
        case nil:
            writeCutOff(to: &json)
            json.memberNull("fields")
        }
    }

    /// Writes what is known of a message whose end is missing: the size that it should have, its form, its operation.
    private func writeCutOff(to json: inout JSONWriter) {
        guard isCutOff, let cutOff, let header = cutOff.header else { return json.memberNull("form") }
        if let size = header.size { json.member("totalSize", size) }
        let form: StaticString =
            switch header.form {
            case .sync: "sync"
            case .createProcessReply: "createProcessReply"
            default: "async"
            }
        guard let operation = cutOff.operation else { return json.member("form", form) }
        write(form, operation.name, operation.rawValue, to: &json)
    }

    private func write(_ form: StaticString, _ operation: String, _ code: Int32, to json: inout JSONWriter) {
        json.member("form", form)
        json.member("operation", operation)
        json.member("operationCode", code)
    }

    private func write(_ name: StaticString, _ faults: [MessageFault], to json: inout JSONWriter) {
        json.member(name) { json in
            json.array { json in
                for fault in faults {
                    json.object { json in
                        json.member("offset", fault.offset)
                        json.member("detail", fault.detail)
                    }
                }
            }
        }
    }
}

extension MessagePart {
    fileprivate func write(to json: inout JSONWriter, in dissection: Dissection) {
        json.object { json in
            json.member("offset", offset)
            json.member("size", size)
            json.member("structure", structure)
            json.member("field") { json in
                if let field { json.value(field.name) } else { json.null() }
            }
            json.member("value") { $0.value(value) }
            if let provenance = field?.provenance ?? dissection.provenance(of: self) {
                json.member("status", provenance.status.rawValue)
            }
        }
    }
}
