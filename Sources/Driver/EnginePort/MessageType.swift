public import Messages

/// A type of message, and how such a message leaves the driver.
public struct MessageType: Hashable, Sendable {
    /// How it leaves the driver.
    public let kind: EngineMessage.Kind
    /// What it reports.
    public let operation: EngineMessage.Operation

    /// The type of `message`.
    public init(of message: EngineMessage) {
        kind = message.kind
        operation = message.operation
    }

    /// A synchronous message.
    public static func sync(_ operation: SyncOperation) -> MessageType {
        MessageType(kind: .sync, operation: .sync(operation))
    }
    /// A message that goes through the queue.
    public static func async(_ operation: AsyncOperation) -> MessageType {
        MessageType(kind: .async, operation: .async(operation))
    }
    /// A message of the asynchronous structure that bypasses the queue.
    public static func direct(_ operation: AsyncOperation) -> MessageType {
        MessageType(kind: .direct, operation: .async(operation))
    }

    private init(kind: EngineMessage.Kind, operation: EngineMessage.Operation) {
        self.kind = kind
        self.operation = operation
    }
}
