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
