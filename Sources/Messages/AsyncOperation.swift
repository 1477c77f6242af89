/// The event that a message of the asynchronous structure reports.
///
/// Driver: the values of `TypeOfOperation` in `AsyncMessageData` (ASY-1). 0xA and 0x12 are holes.
public enum AsyncOperation: Int32, MessageOperation {
    /// A process was created (CreateFlag 1) or exited (0).
    case createProcess = 0x0
    /// A registry operation.
    case registryEvent = 0x1
    /// A file to be scanned.
    case sendFile = 0x2
    /// An image was loaded.
    case loadImage = 0x3
    /// A handle to a process was opened.
    case openProcess = 0x4
    /// A write to a raw volume.
    case rawVolumeWrite = 0x5
    /// A thread was created in another process.
    case createThread = 0x6
    /// A document was opened.
    case docOpen = 0x7
    /// A volume was mounted.
    case postMount = 0x8
    /// A handle to a desktop was opened.
    case openDesktop = 0x9
    /// The driver is in trouble.
    case panicMode = 0xB
    /// The change journal should be checked.
    case checkJournal = 0xC
    /// A process became trusted or untrusted.
    case trustedOrUntrustedProcess = 0xD
    /// A line of log.
    case logPrint = 0xE
    /// A process loaded an image after wow64cpu.dll.
    case wow64cpuLoad = 0xF
    /// A file was opened and not read.
    case openWithoutRead = 0x10
    /// Controlled folder access.
    case folderGuardEvents = 0x11
    /// A file object under data loss prevention was closed.
    case dlpOnFileObjectClose = 0x13

    /// Its line in the table of operations.
    public var term: Term { Self.table[self].term }

    /// Whether the type goes to `HighPriorityNotificationsList` unless the sender chooses otherwise (ASY-1).
    public var isHighPriority: Bool { Self.table[self].isHighPriority }

    /// Whether `MpAsyncSendNotification` numbers messages of this type: those below 0xA (ASY-2).
    public var isNumbered: Bool { rawValue < 0xA }

    /// The form of the operation's messages.
    var form: BodyForm<AsyncBody> { Self.table[self].form() }

    private static let table = OperationTable<Self, AsyncBody>([
        .init(
            .createProcess, "CreateProcess", "a process was created, or exited", rules: ["PRC-2", "PRC-7"],
            .imageLoadAndProcess),
        .init(.registryEvent, "RegistryEvent", "a registry operation", BodyForm(RegOperation.layout) { .registry($0) }),
        .init(.sendFile, "SendFile", "a file to be scanned", .raw),
        .init(.loadImage, "LoadImage", "an image was loaded", rules: ["IMG-5"], .imageLoadAndProcess),
        .init(
            .openProcess, "OpenProcess", "a handle to a process was opened",
            BodyForm(ObProcessHandle.layout) { .openProcess($0) }),
        .init(.rawVolumeWrite, "RawVolumeWrite", "a write to a raw volume", highPriority: true, .raw),
        .init(
            .createThread, "CreateThread", "a thread was created in another process", rules: ["THR-4"],
            BodyForm(ThreadNotify.layout) { .thread($0) }),
        .init(.docOpen, "DocOpen", "a document was opened", .raw),
        .init(.postMount, "PostMount", "a volume was mounted", highPriority: true, .raw),
        .init(
            .openDesktop, "OpenDesktop", "a handle to a desktop was opened",
            BodyForm(ObDesktopHandle.layout) { .openDesktop($0) }),
        .init(.panicMode, "PanicMode", "the driver is in trouble", .raw),
        .init(
            .checkJournal, "CheckJournal", "the change journal of a volume should be checked", highPriority: true,
            BodyForm(CheckJournal.layout) { .checkJournal($0) }),
        .init(
            .trustedOrUntrustedProcess, "TrustedOrUntrustedProcess", "a process became trusted or untrusted",
            highPriority: true,
            BodyForm(TrustedOrUntrustedProcess.layout) { .trustedOrUntrustedProcess($0) }),
        .init(.logPrint, "LogPrint", "a line of log", .raw),
        .init(
            .wow64cpuLoad, "Wow64cpuLoad", "an image was loaded after wow64cpu.dll", rules: ["IMG-2"],
            BodyForm(Wow64CpuLoadMessage.layout) { .wow64cpuLoad($0) }),
        .init(.openWithoutRead, "OpenWithoutRead", "a file was opened and not read", .raw),
        .init(
            .folderGuardEvents, "FolderGuardEvents", driverName: "FolderGuardEvents, EventsWorker",
            "controlled folder access", .raw),
        .init(
            .dlpOnFileObjectClose, "DlpOnFileObjectClose", "a file object under data loss prevention was closed",
            .raw),
    ])
}

/// The content of an asynchronous structure.
///
/// Driver: the union `TypeOfMessage`.
public enum AsyncBody: Hashable, Sendable {
    /// CreateProcess and LoadImage.
    case imageLoadAndProcess(ImageLoadAndProcessNotify)
    /// OpenProcess.
    case openProcess(ObProcessHandle)
    /// CreateThread.
    case thread(ThreadNotify)
    /// Wow64cpuLoad.
    case wow64cpuLoad(Wow64CpuLoadMessage)
    /// OpenDesktop.
    case openDesktop(ObDesktopHandle)
    /// RegistryEvent.
    case registry(RegOperation)
    /// CheckJournal.
    case checkJournal(CheckJournal)
    /// TrustedOrUntrustedProcess.
    case trustedOrUntrustedProcess(TrustedOrUntrustedProcess)
    /// Bytes that the caller gave, for types without a published layout.
    case raw([UInt8])

    /// Passes the content to `visitor`.
    func accept<Visitor: LayoutVisitor>(_ visitor: Visitor) -> Visitor.Result {
        switch self {
        case .imageLoadAndProcess(let content): visitor.visit(content, ImageLoadAndProcessNotify.layout)
        case .openProcess(let content): visitor.visit(content, ObProcessHandle.layout)
        case .thread(let content): visitor.visit(content, ThreadNotify.layout)
        case .wow64cpuLoad(let content): visitor.visit(content, Wow64CpuLoadMessage.layout)
        case .openDesktop(let content): visitor.visit(content, ObDesktopHandle.layout)
        case .registry(let content): visitor.visit(content, RegOperation.layout)
        case .checkJournal(let content): visitor.visit(content, CheckJournal.layout)
        case .trustedOrUntrustedProcess(let content): visitor.visit(content, TrustedOrUntrustedProcess.layout)
        case .raw(let bytes): visitor.visit(RawData(data: bytes), RawData.layout)
        }
    }
}

extension BodyForm<AsyncBody> {
    fileprivate static let imageLoadAndProcess = BodyForm(ImageLoadAndProcessNotify.layout) { .imageLoadAndProcess($0) }
    fileprivate static let raw = BodyForm(RawData.layout) { .raw($0.data) }
}
