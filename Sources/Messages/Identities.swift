/// A process, distinguished from earlier owners of its pid by its creation time.
///
/// Driver: `AuxPidCreationTime`, 12 bytes packed (DATA-1).
public struct AuxPidCreationTime: Hashable, Sendable {
    /// The pid.
    public var processId: UInt32
    /// When the process was created; zero if unknown.
    public var creationTime: FileTime

    /// The process `processId` created at `creationTime`.
    public init(processId: UInt32, creationTime: FileTime) {
        self.processId = processId
        self.creationTime = creationTime
    }

    /// {0, none}: the parent of the System process.
    public static let none = AuxPidCreationTime(processId: 0, creationTime: .none)
}

/// A thread, distinguished from earlier owners of its tid by its creation time.
///
/// Driver: `AuxTidCreationTime`, 12 bytes packed (DATA-1).
public struct AuxTidCreationTime: Hashable, Sendable {
    /// The tid.
    public var threadId: UInt32
    /// When the thread was created; zero if it has no creation time yet.
    public var creationTime: FileTime

    /// The thread `threadId` created at `creationTime`.
    public init(threadId: UInt32, creationTime: FileTime) {
        self.threadId = threadId
        self.creationTime = creationTime
    }
}

/// The priorities of the thread that a synchronous message is about.
///
/// Driver: `MP_IO_PRIORITY`, filled by `MpGetPriorityInfo` (THR-6). The defaults are those of most captures.
public struct MpIoPriority: Hashable, Sendable {
    /// IO_PRIORITY_HINT of the thread.
    public var ioPriority: UInt32
    /// Scheduling priority of the thread.
    public var threadPriority: UInt32
    /// Page priority of the thread.
    public var pagePriority: UInt32

    /// The given priorities.
    public init(ioPriority: UInt32 = 2, threadPriority: UInt32 = 8, pagePriority: UInt32 = 5) {
        self.ioPriority = ioPriority
        self.threadPriority = threadPriority
        self.pagePriority = pagePriority
    }
}
