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

/// The variable data of a synchronous message, one case an operation.
///
/// Driver: the union `SyncVariableData`.
public enum SyncData: Hashable, Sendable {
    /// Normalized name of an image loaded from a stream.
    case newImageLoadPerStream(imageName: String)
    /// A registry operation's data, as given.
    case registryEventSync(registryData: [UInt8])
    /// The process that the thread will run in.
    case newThreadDifferentProcess(targetProcess: AuxPidCreationTime)
    /// Normalized name of an image loaded by a process.
    case newImageLoadPerProcess(imageName: String)
    /// A thread created in its creator's process.
    case newThreadSameProcess(ThreadNotifySyncMessage)
    /// The command line as captured at creation, and as it is now.
    case newThreadAndCmdLine(commandLine: String, currentCommandLine: String)

    /// The type of message that this data belongs to.
    public var operation: SyncOperation {
        switch self {
        case .newImageLoadPerStream: .newImageLoadPerStream
        case .registryEventSync: .registryEventSync
        case .newThreadDifferentProcess: .newThreadDifferentProcess
        case .newImageLoadPerProcess: .newImageLoadPerProcess
        case .newThreadSameProcess: .newThreadSameProcess
        case .newThreadAndCmdLine: .newThreadAndCmdLine
        }
    }
}
