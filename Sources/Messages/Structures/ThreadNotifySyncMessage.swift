/// The data of NewThreadSameProcess.
///
/// Driver: `ThreadNotifySyncMessage`, filled by `MpCreatePsThreadSyncMonitorData` (THR-3).
public struct ThreadNotifySyncMessage: Hashable, Sendable {
    /// The thread that was created.
    public var createdThread: AuxTidCreationTime
    /// The thread that created it.
    public var currentThread: AuxTidCreationTime
    /// The process of both.
    public var process: AuxPidCreationTime
    /// ThreadQuerySetWin32StartAddress of the created thread.
    public var threadStartAddress: UInt64

    /// The data about `createdThread`.
    public init(
        createdThread: AuxTidCreationTime, currentThread: AuxTidCreationTime, process: AuxPidCreationTime,
        threadStartAddress: UInt64
    ) {
        self.createdThread = createdThread
        self.currentThread = currentThread
        self.process = process
        self.threadStartAddress = threadStartAddress
    }
}

extension ThreadNotifySyncMessage {
    static let layout = Layout<Self>(
        "ThreadNotifySyncMessage", .known("a memory dump"),
        empty: ThreadNotifySyncMessage(
            createdThread: AuxTidCreationTime(threadId: 0, creationTime: .none),
            currentThread: AuxTidCreationTime(threadId: 0, creationTime: .none), process: .none, threadStartAddress: 0),
        [
            .thread(0x00, "CreatedThread", \.createdThread),
            .thread(0x0C, "CurrentThread", \.currentThread),
            .process(0x18, "Process", \.process),
            .zero(0x24, 4),
            .zero(0x28, 8, "Unk").note("unknown; not shown in the dump"),
            .hex64(0x30, "ThreadStartAddress", \.threadStartAddress),
        ])
}
