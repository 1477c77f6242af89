/// A message of the asynchronous structure: queued, or sent directly (CreateProcess at creation, Wow64cpuLoad).
///
/// Driver: `AsyncMessageData`.
public struct AsyncMessage: Hashable, Sendable {
    /// `MpData.AsyncNotificationCount` when the message was made; 0 for types from 0xA on (ASY-2).
    public var notificationNumber: Int64
    /// The message's type.
    public var operation: AsyncOperation
    /// What happened.
    public var body: AsyncBody

    /// A message of type `operation` about `body`.
    public init(notificationNumber: Int64 = 0, operation: AsyncOperation, body: AsyncBody) {
        self.notificationNumber = notificationNumber
        self.operation = operation
        self.body = body
    }

    /// Size of the header, in bytes.
    public static let headerSize = 0x20

    /// Size of the whole message, in bytes.
    public var totalSize: Int { body.messageSize }

    /// The header's SizeOfData: the total size less 8, but for Wow64cpuLoad.
    ///
    /// Quirk: the driver writes 0x70 into Wow64cpuLoad, whose message and SenderBufferLength are 0x30 bytes (IMG-2).
    public var sizeOfData: Int {
        if case .wow64cpuLoad = body { return 0x70 }
        return messageBufferSize
    }

    /// What the queue's size counters count of this message: its size less 8, since the buffer handle points 8 bytes
    /// into it (ASY-8).
    public var messageBufferSize: Int { totalSize - 8 }
}

/// The message proper of an asynchronous structure.
///
/// Driver: the union `TypeOfMessage`.
public enum AsyncBody: Hashable, Sendable {
    /// CreateProcess and LoadImage.
    case imageLoadAndProcess(ImageLoadAndProcessNotify)
    /// CreateThread.
    case thread(ThreadNotify)
    /// Wow64cpuLoad.
    case wow64cpuLoad(Wow64CpuLoadMessage)
    /// Bytes that the caller gave, for types without a published layout.
    case raw([UInt8])

    /// Size of the message that carries this body, header included, in bytes.
    public var messageSize: Int {
        switch self {
        case .imageLoadAndProcess(let notify):
            0x78 + terminatedSize(notify.imageFileName) + terminatedSize(notify.commandLine)
        case .thread(let notify): 0x50 + 2 * notify.imageFileName.utf16.count
        case .wow64cpuLoad: 0x30
        case .raw(let bytes): AsyncMessage.headerSize + bytes.count
        }
    }

    /// Bytes of a string and its NUL in UTF-16; none for an absent string, which has length 0 and offset 0.
    private func terminatedSize(_ string: String) -> Int {
        string.isEmpty ? 0 : 2 * string.utf16.count + 2
    }
}

/// What CreateProcess and LoadImage tell.
///
/// Driver: `ImageLoadAndProcessNotify`. A LoadImage leaves parent, creator, command line and token fields 0.
public struct ImageLoadAndProcessNotify: Hashable, Sendable {
    /// The parent of the process.
    public var parentProcess: AuxPidCreationTime
    /// The process.
    public var currentProcess: AuxPidCreationTime
    /// The process that created it, which may not be the parent.
    public var creatorProcess: AuxPidCreationTime
    /// True at creation, false at exit and for an image load.
    public var createFlag: Bool
    /// The low byte of ProcessFlags. Inferred (PRC-9).
    public var processFlagsLowByte: UInt8
    /// The terminal session.
    public var sessionId: UInt32
    /// The token's fields.
    public var token: ProcessToken
    /// The image of the process; for a LoadImage, the loaded image.
    public var imageFileName: String
    /// The command line as captured at creation; empty when absent.
    public var commandLine: String

    /// A message about `currentProcess`; what is not given is 0.
    public init(
        parentProcess: AuxPidCreationTime = .none, currentProcess: AuxPidCreationTime,
        creatorProcess: AuxPidCreationTime = .none, createFlag: Bool = false, processFlagsLowByte: UInt8 = 0,
        sessionId: UInt32, token: ProcessToken = .zero, imageFileName: String, commandLine: String = ""
    ) {
        self.parentProcess = parentProcess
        self.currentProcess = currentProcess
        self.creatorProcess = creatorProcess
        self.createFlag = createFlag
        self.processFlagsLowByte = processFlagsLowByte
        self.sessionId = sessionId
        self.token = token
        self.imageFileName = imageFileName
        self.commandLine = commandLine
    }
}

/// What a CreateProcess message says of the token of a process.
public struct ProcessToken: Hashable, Sendable {
    /// TOKEN_ELEVATION_TYPE.
    public var elevationType: UInt32
    /// TOKEN_ELEVATION.
    public var elevation: UInt32
    /// The RID of the integrity level: 0x1000 low, 0x2000 medium, 0x3000 high, 0x4000 system.
    public var integrityLevel: UInt32

    /// The given values; those of an ordinary user's process by default.
    public init(elevationType: UInt32 = 1, elevation: UInt32 = 0, integrityLevel: UInt32 = 0x2000) {
        self.elevationType = elevationType
        self.elevation = elevation
        self.integrityLevel = integrityLevel
    }

    /// All fields 0, as in a LoadImage.
    public static let zero = ProcessToken(elevationType: 0, elevation: 0, integrityLevel: 0)
}

/// What CreateThread tells.
///
/// Driver: `ThreadNotifyMessage` (THR-4).
public struct ThreadNotify: Hashable, Sendable {
    /// The creator's process.
    public var currentProcess: AuxPidCreationTime
    /// The creating thread.
    public var currentThreadId: UInt32
    /// The process that the thread will run in.
    public var createdThreadProcess: AuxPidCreationTime
    /// The created thread; its creation time is 0 in the only published dump.
    public var createdThread: AuxTidCreationTime
    /// The image of the creator's process.
    public var imageFileName: String

    /// A message about `createdThread`.
    public init(
        currentProcess: AuxPidCreationTime, currentThreadId: UInt32, createdThreadProcess: AuxPidCreationTime,
        createdThread: AuxTidCreationTime, imageFileName: String
    ) {
        self.currentProcess = currentProcess
        self.currentThreadId = currentThreadId
        self.createdThreadProcess = createdThreadProcess
        self.createdThread = createdThread
        self.imageFileName = imageFileName
    }
}

/// What Wow64cpuLoad tells.
///
/// Driver: `Wow64CpuLoadMessage` (IMG-2).
public struct Wow64CpuLoadMessage: Hashable, Sendable {
    /// The process that loads an image.
    public var processId: UInt32
    /// The thread that loads it.
    public var threadId: UInt32
    /// Where the process has wow64cpu.dll.
    public var wow64CpuImageBase: UInt64

    /// A message about `processId`.
    public init(processId: UInt32, threadId: UInt32, wow64CpuImageBase: UInt64) {
        self.processId = processId
        self.threadId = threadId
        self.wow64CpuImageBase = wow64CpuImageBase
    }
}
