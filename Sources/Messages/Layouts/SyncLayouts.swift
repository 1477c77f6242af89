// The synchronous structure, and the replies. Variable data stands at offsets from its own start.

extension SyncHeader {
    static let layout = Layout<Self>(
        "SyncMessageData", .inferred("header size 0x30, the prologue of MP_SCAN_FILE, later builds; no dump shows it"),
        empty: SyncHeader(),
        [
            .constant(0x00, 2, "Magic", 0x5D).from(.known("part 2")),
            .constant(0x02, 2, "SizeHeader", 0x30).from(.known("part 2")),
            .u32(0x04, "TotalSize", \.totalSize).from(.known("part 2")),
            .u32(0x08, "IoPriority", \.ioPriority.ioPriority),
            .u32(0x0C, "ThreadPriority", \.ioPriority.threadPriority),
            .u32(0x10, "PagePriority", \.ioPriority.pagePriority),
            .zero(0x14, 4).note("MP_IO_PRIORITY takes 16 bytes here"),
            .i32(0x18, "TypeOfOperation", \.typeOfOperation).called("operationCode").values(SyncOperation.valueNames),
            .process(0x1C, "CurrentProcess", \.currentProcess).called("process"),
            .u32(0x28, "SizeOfData", \.sizeOfData),
            .zero(0x2C, 4),
        ])
}

extension ImageNameData {
    static let layout = Layout<Self>(
        "NewImageLoad", .inferred("part 2 gives only the sum, Length + 0xA"), empty: ImageNameData(),
        [
            .length(0x00, "Length", of: "ImageName").note("bytes with the NUL"),
            .zero(0x04, 4),
            .text("ImageName", \.imageName),
        ])
}

extension RegistryData {
    static let layout = Layout<Self>(
        "RegistryNotifySyncMessage", .known("part 2: as given"), empty: RegistryData(),
        [.data("RegistryData", \.registryData, at: 0x00)])
}

extension TargetProcessData {
    static let layout = Layout<Self>(
        "AuxPidCreationTime", .known("a memory dump"), empty: TargetProcessData(),
        [.process(0x00, "TargetProcess", \.targetProcess)])
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

extension CommandLineData {
    static let layout = Layout<Self>(
        "ThreadNotifyCmdLine", .inferred("later builds and the two UNICODE_STRINGs that the callback hands over"),
        empty: CommandLineData(),
        [
            .length(0x00, "CommandLineLength", of: "CommandLine").note("bytes with the NUL"),
            .length(0x04, "CurrentCommandLineLength", of: "CurrentCommandLine").note("bytes with the NUL"),
            .text("CommandLine", \.commandLine),
            .text("CurrentCommandLine", \.currentCommandLine),
        ])
}

extension ReplySyncMessage {
    static let layout = Layout<Self>(
        "ReplySyncMessage", .known("the header"), empty: ReplySyncMessage(operationType: 0),
        [
            .zero(0x00, 8).note("not looked at"),
            .i32(0x08, "OperationType", \.operationType).values(SyncOperation.valueNames),
            .zero(0x0C, 4).note("not looked at"),
            .zero(0x10, 4).note("not looked at"),
        ])
}

extension CreateProcessReply {
    static let layout = Layout<Self>(
        "ReplyAsyncMessage", .known("the header"), empty: CreateProcessReply(),
        [
            .constant(0x00, 1, "Magic", 0x5D),
            .zero(0x01, 1),
            .constant(0x02, 2, "Size", 0x60),
            .zero(0x04, 0x44).note("not looked at"),
            .flag(0x48, "AccessDenied", \.accessDenied).values([0: "may start", 1: "denied"]),
            .zero(0x49, 3),
            .hex32(0x4C, "ProcessFlags", \.processFlags).called("flags").note("0 leaves them alone")
                .from(.decided("where the driver keeps them is not published")),
            .hex32(0x50, "ProcessRules", \.processRules).called("rules").note("0 leaves them alone")
                .from(.decided("where the driver keeps them is not published")),
            .zero(0x54, 0xC).note("not looked at"),
        ])
}

/// The header of every synchronous message.
struct SyncHeader: Sendable {
    var totalSize: UInt32 = 0
    var ioPriority = MpIoPriority(ioPriority: 0, threadPriority: 0, pagePriority: 0)
    var typeOfOperation: Int32 = 0
    var currentProcess = AuxPidCreationTime.none
    var sizeOfData: UInt32 = 0
}

/// The data of NewImageLoadPerStream and NewImageLoadPerProcess.
struct ImageNameData: Sendable {
    var imageName = ""
}

/// The data of RegistryEventSync.
struct RegistryData: Sendable {
    var registryData: [UInt8] = []
}

/// The data of NewThreadDifferentProcess.
struct TargetProcessData: Sendable {
    var targetProcess = AuxPidCreationTime.none
}

/// The data of NewThreadAndCmdLine.
struct CommandLineData: Sendable {
    var commandLine = ""
    var currentCommandLine = ""
}
