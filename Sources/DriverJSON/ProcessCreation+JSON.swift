public import Driver
public import JSON
import Messages

extension ProcessCreation: JSONObjectReadable {
    /// The members of a process creation.
    public static let members: [StaticString] = [
        "processId", "creationTime", "parentProcessId", "creatorProcessId", "imageFileName", "commandLine",
        "sessionId", "token", "flags", "rules",
    ]

    /// Reads a process creation; nil after a fault.
    public init?(_ object: JSONObject) {
        let imageFileName = object.required("imageFileName") { $0.name() }
        self.init(
            imageFileName: UnicodeString(imageFileName ?? ""), processId: object.optional("processId") { $0.id() },
            parentProcessId: object.optional("parentProcessId") { $0.id() } ?? 4)
        creationTime = object.optional("creationTime") { $0.time() }
        creatorProcessId = object.optional("creatorProcessId") { $0.id() }
        commandLine = object.optional("commandLine") { $0.string() }.map { UnicodeString($0) }
        sessionId = object.optional("sessionId") { $0.id() } ?? 0
        flags = object.optional("flags") { $0.bits() }
        rules = object.optional("rules") { $0.bits() } ?? []
        _ = object.optional("token") { value -> Void? in
            guard
                let token = value.object(allowing: ["elevationType", "elevation", "integrityLevel", "serviceSid"])
            else { return nil }
            if let type = token.optional("elevationType", { $0.id() }) { self.token.elevationType = type }
            if let elevation = token.optional("elevation", { $0.id() }) { self.token.elevation = elevation }
            if let level = token.optional("integrityLevel", { $0.word() }) { self.token.integrityLevel = level }
            hasServiceSid = token.optional("serviceSid") { $0.bool() } ?? false
            return ()
        }
        if imageFileName == nil { return nil }
    }
}
