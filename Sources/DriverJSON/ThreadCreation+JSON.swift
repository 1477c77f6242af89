public import Driver
public import JSON
import Messages

extension ThreadCreation: JSONObjectReadable {
    /// The members of a thread creation.
    public static let members: [StaticString] = [
        "threadId", "creationTime", "creatorProcessId", "creatorThreadId", "creatorIsSystemThread", "startAddress",
        "ioPriority",
    ]

    /// Reads the creation of a thread; its `processId` is 0, because the target is named elsewhere.
    public init(_ object: JSONObject) {
        self.init(
            processId: 0, threadId: object.optional("threadId") { $0.id() },
            creatorProcessId: object.optional("creatorProcessId") { $0.id() })
        creationTime = object.optional("creationTime") { $0.time() }
        creatorThreadId = object.optional("creatorThreadId") { $0.id() }
        creatorIsSystemThread = object.optional("creatorIsSystemThread") { $0.bool() } ?? false
        startAddress = object.optional("startAddress") { $0.address() } ?? 0
        ioPriority = object.optional("ioPriority") { $0.ioPriority() } ?? MpIoPriority()
    }
}
