/// A synchronous message: a 0x30-byte header and variable data.
///
/// Driver: `SyncMessageData`, built by `MpSendSyncMonitorNotification` (SYN-3).
public struct SyncMessage: Hashable, Sendable {
    /// Priorities of the thread that caused the message.
    public var ioPriority: MpIoPriority
    /// The process that caused the message.
    public var currentProcess: AuxPidCreationTime
    /// What happened.
    public var data: SyncData

    /// A message about `data`, caused by `currentProcess`.
    public init(ioPriority: MpIoPriority, currentProcess: AuxPidCreationTime, data: SyncData) {
        self.ioPriority = ioPriority
        self.currentProcess = currentProcess
        self.data = data
    }

    /// Size of the header, in bytes.
    public static let headerSize = 0x30

    /// The message's type.
    public var operation: SyncOperation { data.operation }

    /// Size of the whole message in bytes: header and variable data (SYN-3).
    public var totalSize: Int { SyncMessage.headerSize + data.size }
}
