/// A type of message.
public protocol MessageOperation: RawRepresentable<Int32>, CaseIterable, Hashable, Sendable {
    /// The analyst's name, as the API spells it.
    var name: String { get }
}

extension MessageOperation {
    /// The operation called `name`.
    public init?(name: String) {
        guard let operation = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = operation
    }

    /// Each operation's name by its value.
    static var valueNames: [UInt64: String] {
        Dictionary(uniqueKeysWithValues: allCases.map { (UInt64($0.rawValue), $0.name) })
    }
}

/// What a synchronous message reports.
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
    /// The first thread of a process whose command line was tampered with. Also called NewThreadProcessCmdLine.
    case newThreadAndCmdLine = 0x7

    /// The analyst's name, as the API spells it.
    public var name: String {
        switch self {
        case .newImageLoadPerStream: "NewImageLoadPerStream"
        case .registryEventSync: "RegistryEventSync"
        case .newThreadDifferentProcess: "NewThreadDifferentProcess"
        case .newImageLoadPerProcess: "NewImageLoadPerProcess"
        case .newThreadSameProcess: "NewThreadSameProcess"
        case .newThreadAndCmdLine: "NewThreadAndCmdLine"
        }
    }
}

/// What a message of the asynchronous structure reports.
///
/// Driver: the values of `TypeOfOperation` in `AsyncMessageData` (ASY-1). 0xA and 0x12 are holes.
public enum AsyncOperation: Int32, MessageOperation {
    /// A process was created (CreateFlag 1) or exited (0).
    case createProcess = 0x0
    /// A registry operation.
    case registryEvent = 0x1
    /// A file to be looked at.
    case sendFile = 0x2
    /// An image was loaded.
    case loadImage = 0x3
    /// A handle to a process was opened.
    case openProcess = 0x4
    /// A write to a raw volume. High priority.
    case rawVolumeWrite = 0x5
    /// A thread was created in another process.
    case createThread = 0x6
    /// A document was opened.
    case docOpen = 0x7
    /// A volume was mounted. High priority.
    case postMount = 0x8
    /// A handle to a desktop was opened.
    case openDesktop = 0x9
    /// The driver is in trouble.
    case panicMode = 0xB
    /// The change journal should be checked. High priority.
    case checkJournal = 0xC
    /// A process became trusted or untrusted. High priority.
    case trustedOrUntrustedProcess = 0xD
    /// A line of log.
    case logPrint = 0xE
    /// A process loaded an image after wow64cpu.dll.
    case wow64cpuLoad = 0xF
    /// A file was opened and not read.
    case openWithoutRead = 0x10
    /// Controlled folder access; EventsWorker in the headers.
    case folderGuardEvents = 0x11
    /// A file object under data loss prevention was closed.
    case dlpOnFileObjectClose = 0x13

    /// The analyst's name, as the API spells it.
    public var name: String {
        switch self {
        case .createProcess: "CreateProcess"
        case .registryEvent: "RegistryEvent"
        case .sendFile: "SendFile"
        case .loadImage: "LoadImage"
        case .openProcess: "OpenProcess"
        case .rawVolumeWrite: "RawVolumeWrite"
        case .createThread: "CreateThread"
        case .docOpen: "DocOpen"
        case .postMount: "PostMount"
        case .openDesktop: "OpenDesktop"
        case .panicMode: "PanicMode"
        case .checkJournal: "CheckJournal"
        case .trustedOrUntrustedProcess: "TrustedOrUntrustedProcess"
        case .logPrint: "LogPrint"
        case .wow64cpuLoad: "Wow64cpuLoad"
        case .openWithoutRead: "OpenWithoutRead"
        case .folderGuardEvents: "FolderGuardEvents"
        case .dlpOnFileObjectClose: "DlpOnFileObjectClose"
        }
    }

    /// Whether the type goes to `HighPriorityNotificationsList` unless the sender says otherwise (ASY-1).
    public var isHighPriority: Bool {
        switch self {
        case .rawVolumeWrite, .postMount, .checkJournal, .trustedOrUntrustedProcess: true
        default: false
        }
    }

    /// Whether `MpAsyncSendNotification` numbers messages of this type: those below 0xA (ASY-2).
    public var isNumbered: Bool { rawValue < 0xA }
}
