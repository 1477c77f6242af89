/// The event that a synchronous message reports.
///
/// Driver: `MP_SYNC_NOTIFICATION` (SYN-1). 0x4 is a hole.
public enum SyncOperation: Int32, MessageOperation {
    /// An image was loaded from a stream whose context asks for it.
    case newImageLoadPerStream = 0x1
    /// A registry operation.
    case registryEventSync = 0x2
    /// A thread is created in another process.
    case newThreadDifferentProcess = 0x3
    /// An image was loaded by a process whose rules ask for it.
    case newImageLoadPerProcess = 0x5
    /// A thread is created in the creator's own process.
    case newThreadSameProcess = 0x6
    /// The first thread of a process whose command line was tampered with.
    case newThreadAndCmdLine = 0x7

    /// Its line in the table of operations.
    public var term: Term { Self.table[self].term }

    /// The form of the operation's variable data.
    var form: BodyForm<SyncData> { Self.table[self].form() }

    private static let table = OperationTable<Self, SyncData>([
        .init(
            .newImageLoadPerStream, "NewImageLoadPerStream",
            "an image was loaded from a stream whose context asks for it", rules: ["IMG-4"],
            BodyForm(ImageNameData.layout) { .newImageLoadPerStream(imageName: $0.imageName) }),
        .init(
            .registryEventSync, "RegistryEventSync", "a registry operation", from: .known("parts 2 and 4"),
            BodyForm(RegistryData.layout) { .registryEventSync(registryData: $0.registryData) }),
        .init(
            .newThreadDifferentProcess, "NewThreadDifferentProcess", "a thread is created in another process",
            rules: ["THR-4"],
            BodyForm(TargetProcessData.layout) { .newThreadDifferentProcess(targetProcess: $0.targetProcess) }),
        .init(
            .newImageLoadPerProcess, "NewImageLoadPerProcess",
            "an image was loaded by a process whose rules ask for it", rules: ["IMG-4"],
            BodyForm(ImageNameData.layout) { .newImageLoadPerProcess(imageName: $0.imageName) }),
        .init(
            .newThreadSameProcess, "NewThreadSameProcess", "a thread is created in its creator's process",
            rules: ["THR-3"], BodyForm(ThreadNotifySyncMessage.layout) { .newThreadSameProcess($0) }),
        .init(
            .newThreadAndCmdLine, "NewThreadAndCmdLine", driverName: "NewThreadAndCmdLine, NewThreadProcessCmdLine",
            "the first thread of a process whose command line was tampered with", rules: ["TEX-2"],
            BodyForm(CommandLineData.layout) {
                .newThreadAndCmdLine(commandLine: $0.commandLine, currentCommandLine: $0.currentCommandLine)
            }),
    ])
}

/// The variable data of a synchronous message, one case per operation.
///
/// Driver: the union `SyncVariableData`.
public enum SyncData: Hashable, Sendable {
    /// Normalized name of an image loaded from a stream.
    case newImageLoadPerStream(imageName: UnicodeString)
    /// A registry operation's data, as given.
    case registryEventSync(registryData: [UInt8])
    /// The process that the thread will run in.
    case newThreadDifferentProcess(targetProcess: AuxPidCreationTime)
    /// Normalized name of an image loaded by a process.
    case newImageLoadPerProcess(imageName: UnicodeString)
    /// A thread created in its creator's process.
    case newThreadSameProcess(ThreadNotifySyncMessage)
    /// The command line as captured at creation, and the current one.
    case newThreadAndCmdLine(commandLine: UnicodeString, currentCommandLine: UnicodeString)

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

    /// Passes the content to `visitor`.
    func accept<Visitor: LayoutVisitor>(_ visitor: Visitor) -> Visitor.Result {
        switch self {
        case .newImageLoadPerStream(let imageName), .newImageLoadPerProcess(let imageName):
            visitor.visit(ImageNameData(imageName: imageName), ImageNameData.layout)
        case .registryEventSync(let registryData):
            visitor.visit(RegistryData(registryData: registryData), RegistryData.layout)
        case .newThreadDifferentProcess(let targetProcess):
            visitor.visit(TargetProcessData(targetProcess: targetProcess), TargetProcessData.layout)
        case .newThreadSameProcess(let content): visitor.visit(content, ThreadNotifySyncMessage.layout)
        case .newThreadAndCmdLine(let commandLine, let currentCommandLine):
            visitor.visit(
                CommandLineData(commandLine: commandLine, currentCommandLine: currentCommandLine),
                CommandLineData.layout)
        }
    }
}
