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
