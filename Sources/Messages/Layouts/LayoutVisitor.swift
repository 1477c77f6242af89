/// Does something with a content and its layout, whatever type it is of.
protocol LayoutVisitor<Result> {
    associatedtype Result
    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> Result
}

extension AsyncBody {
    /// Has `visitor` look at the content.
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

extension SyncData {
    /// Has `visitor` look at the content.
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

/// Measures a content, in bytes.
struct SizeVisitor: LayoutVisitor {
    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> Int { layout.size(of: content) }
}

/// Appends a content to what comes before it.
struct BytesVisitor: LayoutVisitor {
    /// What comes before.
    let bytes: [UInt8]
    /// Where the table's offset 0 lies.
    let base: Int

    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> [UInt8] {
        var bytes = bytes
        layout.append(content, to: &bytes, base: base)
        return bytes
    }
}

/// Lists the fields that JSON tells, with their values.
struct ValuesVisitor: LayoutVisitor {
    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> [MessageMember] {
        layout.members(of: content)
    }
}

/// Tells which structure a content is.
struct NameVisitor: LayoutVisitor {
    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> String { layout.name }
}
