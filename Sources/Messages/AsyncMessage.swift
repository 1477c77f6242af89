/// A message of the asynchronous structure: queued, or sent directly (CreateProcess at creation, Wow64cpuLoad).
///
/// Driver: `AsyncMessageData`.
public struct AsyncMessage: Hashable, Sendable {
    /// `MpData.AsyncNotificationCount` when the message was created; 0 for types from 0xA on (ASY-2).
    public var notificationNumber: Int64
    /// The driver's reference count: 1 for a new message; a queued one has been seen with 2.
    public var refCount: Int32
    /// The message's type.
    public var operation: AsyncOperation
    /// The content, in the layout of `operation`.
    public var body: AsyncBody

    /// A message of type `operation` about `body`.
    public init(notificationNumber: Int64 = 0, refCount: Int32 = 1, operation: AsyncOperation, body: AsyncBody) {
        self.notificationNumber = notificationNumber
        self.refCount = refCount
        self.operation = operation
        self.body = body
    }

    /// Size of the header, in bytes.
    public static let headerSize = 0x20

    /// Size of the whole message, in bytes.
    public var totalSize: Int { body.messageSize }

    /// The header's SizeOfData: the total size less 8, except in Wow64cpuLoad.
    ///
    /// Quirk: the driver writes 0x70 into Wow64cpuLoad, although the message and SenderBufferLength are 0x30 bytes
    /// (IMG-2).
    public var sizeOfData: Int { sizeOfData(of: totalSize) }

    /// The same for a total size that is already known: measuring walks over the message's strings.
    public func sizeOfData(of totalSize: Int) -> Int {
        if case .wow64cpuLoad = body { return 0x70 }
        return totalSize - 8
    }

    /// The size that the queue's counters use for this message: its size less 8, because the buffer handle points 8
    /// bytes into it (ASY-8).
    public var messageBufferSize: Int { AsyncMessage.messageBufferSize(of: totalSize) }

    /// The same for a total size that is already known.
    public static func messageBufferSize(of totalSize: Int) -> Int { totalSize - 8 }
}
