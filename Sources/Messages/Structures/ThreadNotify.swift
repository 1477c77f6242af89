/// The content of a CreateThread.
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
    /// The image of the creator's process or of the target process (THR-4).
    public var imageFileName: UnicodeString

    /// A message about `createdThread`.
    public init(
        currentProcess: AuxPidCreationTime, currentThreadId: UInt32, createdThreadProcess: AuxPidCreationTime,
        createdThread: AuxTidCreationTime, imageFileName: UnicodeString
    ) {
        self.currentProcess = currentProcess
        self.currentThreadId = currentThreadId
        self.createdThreadProcess = createdThreadProcess
        self.createdThread = createdThread
        self.imageFileName = imageFileName
    }
}

extension ThreadNotify {
    static let layout = Layout<Self>(
        "ThreadNotify", .known("a memory dump"),
        empty: ThreadNotify(
            currentProcess: .none, currentThreadId: 0, createdThreadProcess: .none,
            createdThread: AuxTidCreationTime(threadId: 0, creationTime: .none), imageFileName: ""),
        [
            .process(0x20, "CurrentProcess", \.currentProcess).required,
            .u32(0x2C, "CurrentThreadId", \.currentThreadId),
            .process(0x30, "CreatedThreadProcess", \.createdThreadProcess).required,
            .thread(0x3C, "CreatedThread", \.createdThread).required.note("its creation time is 0 in the only dump"),
            .text("ImageFileName", \.imageFileName, at: 0x48, terminator: 8)
                .from(.disputed("part 2: its text says the creator's, its only dump shows the target's"))
                .note(
                    "of the process that the setting createThreadImageFileName chooses; NUL, then zeros; inferred: Size = "
                        + "0x50 + the name without its NUL, the one dump also fits rounding up to 8"),
        ])
}
