/// A layout without the type of its content: how the body of some operation is read and made.
struct BodyForm<Body: Sendable>: Sendable {
    let facts: StructureLayout
    /// Reads a body whose table begins at the given place; nil after a fault.
    let read: @Sendable (inout MessageReader, Int) -> Body?
    /// Makes a body of values.
    let make: @Sendable ((LayoutField) -> FieldValue?) -> Body

    init<Content>(_ layout: Layout<Content>, _ wrap: @escaping @Sendable (Content) -> Body) {
        facts = layout.facts
        read = { reader, base in layout.read(&reader, base: base).map(wrap) }
        make = { values in wrap(layout.content(values)) }
    }
}

extension BodyForm<AsyncBody> {
    static let imageLoadAndProcess = BodyForm(ImageLoadAndProcessNotify.layout) { .imageLoadAndProcess($0) }
    static let openProcess = BodyForm(ObProcessHandle.layout) { .openProcess($0) }
    static let thread = BodyForm(ThreadNotify.layout) { .thread($0) }
    static let wow64cpuLoad = BodyForm(Wow64CpuLoadMessage.layout) { .wow64cpuLoad($0) }
    static let openDesktop = BodyForm(ObDesktopHandle.layout) { .openDesktop($0) }
    static let registry = BodyForm(RegOperation.layout) { .registry($0) }
    static let checkJournal = BodyForm(CheckJournal.layout) { .checkJournal($0) }
    static let trustedOrUntrustedProcess = BodyForm(TrustedOrUntrustedProcess.layout) {
        .trustedOrUntrustedProcess($0)
    }
    static let raw = BodyForm(RawData.layout) { .raw($0.data) }
}

extension AsyncOperation {
    /// The form of the operation's messages.
    var form: BodyForm<AsyncBody> {
        switch self {
        case .createProcess, .loadImage: .imageLoadAndProcess
        case .registryEvent: .registry
        case .openProcess: .openProcess
        case .createThread: .thread
        case .openDesktop: .openDesktop
        case .checkJournal: .checkJournal
        case .trustedOrUntrustedProcess: .trustedOrUntrustedProcess
        case .wow64cpuLoad: .wow64cpuLoad
        case .sendFile, .rawVolumeWrite, .docOpen, .postMount, .panicMode, .logPrint, .openWithoutRead,
            .folderGuardEvents, .dlpOnFileObjectClose:
            .raw
        }
    }
}

extension SyncOperation {
    /// The form of the operation's variable data.
    var form: BodyForm<SyncData> {
        switch self {
        case .newImageLoadPerStream: SyncOperation.imageLoadPerStream
        case .newImageLoadPerProcess: SyncOperation.imageLoadPerProcess
        case .registryEventSync: SyncOperation.registry
        case .newThreadDifferentProcess: SyncOperation.differentProcess
        case .newThreadSameProcess: SyncOperation.sameProcess
        case .newThreadAndCmdLine: SyncOperation.commandLines
        }
    }

    private static let imageLoadPerStream = BodyForm<SyncData>(ImageNameData.layout) {
        .newImageLoadPerStream(imageName: $0.imageName)
    }
    private static let imageLoadPerProcess = BodyForm<SyncData>(ImageNameData.layout) {
        .newImageLoadPerProcess(imageName: $0.imageName)
    }
    private static let registry = BodyForm<SyncData>(RegistryData.layout) {
        .registryEventSync(registryData: $0.registryData)
    }
    private static let differentProcess = BodyForm<SyncData>(TargetProcessData.layout) {
        .newThreadDifferentProcess(targetProcess: $0.targetProcess)
    }
    private static let sameProcess = BodyForm<SyncData>(ThreadNotifySyncMessage.layout) { .newThreadSameProcess($0) }
    private static let commandLines = BodyForm<SyncData>(CommandLineData.layout) {
        .newThreadAndCmdLine(commandLine: $0.commandLine, currentCommandLine: $0.currentCommandLine)
    }
}
