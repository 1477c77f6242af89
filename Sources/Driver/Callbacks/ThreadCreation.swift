public import Messages

/// A thread to create.
public struct ThreadCreation: Hashable, Sendable {
    /// The target: the pid of the process that the thread will run in.
    public var processId: UInt32
    /// The tid; nil lets the host choose the lowest free multiple of 4.
    public var threadId: UInt32?
    /// The creation time. Nil means now, and 0 in CreateThread: in the only dump the thread has no time yet.
    public var creationTime: FileTime?
    /// The pid of the process that creates it; nil for the target itself.
    public var creatorProcessId: UInt32?
    /// The creating thread; nil lets the host choose one of the creator's threads.
    public var creatorThreadId: UInt32?
    /// Whether the creating thread is a system thread.
    public var creatorIsSystemThread = false
    /// ThreadQuerySetWin32StartAddress of the new thread.
    public var startAddress: UInt64 = 0
    /// Priorities of the creating thread (THR-6).
    public var ioPriority = MpIoPriority()
    /// Whether a live thread with the tid is removed rather than the creation refused: recordings do not report thread
    /// exits. A tid that the host reserved for some process's first thread is replaced too.
    public var replacesThread = false

    /// The pid of the process that creates it: PsGetCurrentProcessId() of the first routine.
    var currentProcessId: UInt32 { creatorProcessId ?? processId }

    /// A thread that runs in `processId`.
    public init(processId: UInt32, threadId: UInt32? = nil, creatorProcessId: UInt32? = nil) {
        self.processId = processId
        self.threadId = threadId
        self.creatorProcessId = creatorProcessId
    }
}

/// The outcome of a thread creation.
public struct ThreadCreationOutcome: Sendable {
    /// The thread.
    public let thread: AuxTidCreationTime
    /// The pid of the process it runs in.
    public let processId: UInt32
    /// What the driver did and why.
    public let routines: [RoutineReport]
}
