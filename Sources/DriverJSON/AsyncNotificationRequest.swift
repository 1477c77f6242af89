public import JSON
public import Messages

/// The body of a request for an asynchronous notification, without a routine (ASY-1).
public struct AsyncNotificationRequest: JSONObjectReadable, Sendable {
    /// The type of the message.
    public let operation: AsyncOperation
    /// The content of the message.
    public let body: AsyncBody
    /// The process that it is about and counted for.
    public let processId: UInt32?
    /// Whether it goes to the list of high priority; nil if the operation determines that.
    public let highPriority: Bool?

    /// The members of an asynchronous notification.
    public static let members: [StaticString] = ["operation", "processId", "highPriority", "data"]

    /// Reads a notification; nil after a fault.
    public init?(_ object: JSONObject) {
        processId = object.optional("processId") { $0.id() }
        highPriority = object.optional("highPriority") { $0.bool() }
        guard
            let operation = object.required("operation", { $0.operation(of: AsyncOperation.self, "an asynchronous") }),
            let body = AsyncBody(operation, in: object)
        else { return nil }
        self.operation = operation
        self.body = body
    }
}
