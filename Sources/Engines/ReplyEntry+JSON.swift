import Bytes
import Driver
import DriverJSON
public import JSON
public import Runtime

extension ReplyEntry: JSONObjectReadable {
    /// The members of an entry.
    public static let members: [StaticString] = [
        "imageFileName", "kind", "operation", "reply", "accessDenied", "rules", "flags", "delayMs", "failEvery",
    ]

    /// Reads an entry; nil after reporting a fault.
    public init?(_ object: JSONObject) {
        self.init()
        imageFileName = object.optional("imageFileName") { $0.glob() }
        kind = object.optional("kind") { $0.choice(of: EngineMessage.Kind.self) }
        operation = object.optional("operation") { $0.operation() }
        reply = object.optional("reply") { $0.choice(of: EmbeddedEngine.Reply.self) }
        let denied = object.optional("accessDenied") { $0.bool() }
        let rules = object.optional("rules") { $0.bits(of: ProcessRules.self) }
        let flags = object.optional("flags") { $0.bits(of: ProcessFlags.self) }
        if denied != nil || rules != nil || flags != nil {
            answer = CreateProcessAnswer(
                accessDenied: denied ?? false, processFlags: flags?.rawValue, processRules: rules?.rawValue)
        }
        delay = object.optional("delayMs") { $0.milliseconds(in: ReplyEntry.delayMilliseconds) }.map {
            .milliseconds($0)
        }
        failEvery = object.optional("failEvery") { $0.unsigned(in: ReplyEntry.failEveryValues) } ?? 0
        if let fault {
            object.value.fault(fault)
            return nil
        }
    }

    /// Reads the entries of an engine; nil after reporting a fault.
    public static func list(_ value: JSONValue) -> [ReplyEntry]? {
        guard let items = value.array(maxCount: maxCount) else { return nil }
        return items.compactMap { ReplyEntry($0) }
    }

    /// Writes the entry as `init` reads it.
    func write(to json: inout JSONWriter) {
        json.object { json in
            if let imageFileName { json.member("imageFileName", imageFileName) }
            if let kind { json.member("kind", kind.rawValue) }
            if let operation { json.member("operation", operation.name) }
            if let reply { json.member("reply", reply.rawValue) }
            if let answer { answer.writeMembers(to: &json) }
            if let delay { json.member("delayMs", delay.milliseconds) }
            if failEvery > 0 { json.member("failEvery", failEvery) }
        }
    }
}

extension JSONValue {
    /// A glob for the name of an image.
    fileprivate func glob() -> String? {
        guard let name = name() else { return nil }
        if name.utf16.count <= ReplyEntry.maxPatternUnits { return name }
        fault("has more than \(ReplyEntry.maxPatternUnits) UTF-16 units")
        return nil
    }

    /// The name of a type of message.
    fileprivate func operation() -> EngineMessage.Operation? {
        guard let name = string(maxUTF16: 64) else { return nil }
        if let operation = EngineMessage.Operation(name: name) { return operation }
        fault { EngineMessage.Operation.faultOfName(name, isHinted: $0) }
        return nil
    }
}
