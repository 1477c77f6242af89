import Bytes
public import Driver
public import JSON
import Messages

extension EngineReply {
    /// Reads an engine's reply to `message` in JSON; `unreadable` with its first fault if it is not one.
    public init(json: [UInt8], to message: EngineMessage) {
        do throws(JSONFaults) {
            self = try JSONDocument.read(json, maxFaults: 1) { value in
                message.kind == .sync ? value.syncReply() : value.createProcessReply()
            }
        } catch {
            let fault = error.faults[0]
            self = .unreadable(ReplyFault(pointer: fault.pointer, fault.detail))
        }
    }
}

extension CreateProcessAnswer {
    /// Writes `accessDenied`, `rules` and `flags`; the words only if the answer sets them.
    public func writeMembers(to json: inout JSONWriter) {
        json.member("accessDenied", accessDenied)
        if let processRules { json.member("rules", each: ProcessRules(rawValue: processRules).names) { $0.value($1) } }
        if let processFlags { json.member("flags", each: ProcessFlags(rawValue: processFlags).names) { $0.value($1) } }
    }
}

extension JSONValue {
    /// `{"operationType":3}`, or its name.
    fileprivate func syncReply() -> EngineReply? {
        guard let object = openObject() else { return nil }
        if let type = object["operationType"] {
            return type.operationType().map { .sync(ReplySyncMessage(operationType: $0)) }
        }
        if !object.faultMisspelled(of: ["operationType"]) { object.faultMissing("operationType") }
        return nil
    }

    private func operationType() -> Int32? {
        guard kind == .string else {
            return integer(in: Int64(Int32.min)...Int64(Int32.max)).map { Int32($0) }
        }
        guard let name = string(maxUTF16: 64) else { return nil }
        if let operation = SyncOperation(name: name) { return operation.rawValue }
        fault("\(name.quoted()) is not a sync operation\(SyncOperation.allCases.map(\.name).hint(for: name))")
        return nil
    }

    /// `{"accessDenied"?,"rules"?,"flags"?}`. An object whose members are all unknown is not an answer, nor is one with a
    /// member that resembles one of these: an engine that misspells its veto must not allow the process unnoticed.
    fileprivate func createProcessReply() -> EngineReply? {
        guard let object = openObject() else { return nil }
        let members = ["accessDenied", "rules", "flags"]
        if object.faultMisspelled(of: members) { return nil }
        if let first = object.first(where: { _ in true }), !object.contains(where: { members.contains($0.name) }) {
            first.value.fault("unknown member; a reply to CreateProcess has accessDenied, rules, flags")
            return nil
        }
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

extension JSONObject {
    /// Records a fault at the first member whose name resembles one of `names`; false if there is none.
    ///
    /// Looks at eight members: an engine may send thousands, and all webhooks share the thread that reads them.
    fileprivate func faultMisspelled(of names: [String]) -> Bool {
        for (name, value) in prefix(8) where !names.contains(name) {
            guard let nearest = names.nearest(to: name) else { continue }
            value.fault("unknown member; did you mean \(nearest)?")
            return true
        }
        return false
    }
}
