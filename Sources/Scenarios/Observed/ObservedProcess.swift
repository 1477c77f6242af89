public import Driver
public import Messages

/// A live process of a host, as a run sees it.
public struct ObservedProcess: Sendable {
    /// Its pid and creation time.
    public let identity: AuxPidCreationTime
    /// Its image.
    public let imageFileName: String
    /// The captured command line.
    public let commandLine: String
    /// The command line now.
    public let currentCommandLine: String
    /// Its parent.
    public let parent: AuxPidCreationTime
    /// The process that created it.
    public let creator: AuxPidCreationTime
    /// Its session.
    public let sessionId: UInt32
    /// ProcessRules.
    public let rules: ProcessRules
    /// ProcessFlags.
    public let flags: ProcessFlags
    /// Asynchronous and direct messages that count for it.
    public let notificationsSent: UInt64
    /// The address of wow64cpu.dll.
    public let wow64CpuImageBase: UInt64?

    /// The process of `context`.
    public init(_ context: ProcessContext) {
        identity = context.identity
        imageFileName = context.imageFileName.text
        commandLine = context.processCmdLine.text
        currentCommandLine = context.currentCommandLine.text
        parent = context.parent
        creator = context.creator
        sessionId = context.sessionId
        rules = context.rules
        flags = context.flags
        notificationsSent = context.notificationsSent
        wow64CpuImageBase = context.wow64CpuImageBase
    }
}

/// A field of a process that an expectation can name: a line of the table.
public struct ProcessField: Sendable {
    /// Its name, as a key.
    private let key: StaticString
    /// Its name.
    public let name: String
    /// Its type.
    public let type: FieldType
    let read: @Sendable (ObservedProcess) -> ObservedValue

    private init(_ key: StaticString, _ type: FieldType, _ read: @escaping @Sendable (ObservedProcess) -> ObservedValue)
    {
        self.key = key
        name = key.description
        self.type = type
        self.read = read
    }

    /// The number of threads, which is counted for each expectation that names it.
    public static let threads = "threads"

    /// The names of all.
    public static let names: [StaticString] = table.map(\.key)

    /// The table.
    public static let table: [ProcessField] = [
        ProcessField("rules", .processRules) { .word($0.rules) },
        ProcessField("flags", .processFlags) { .word($0.flags) },
        ProcessField("imageFileName", .fileName) { .text($0.imageFileName) },
        ProcessField("commandLine", .text) { .text($0.commandLine) },
        ProcessField("currentCommandLine", .text) { .text($0.currentCommandLine) },
        ProcessField("parent", .process) { .process($0.parent) },
        ProcessField("creator", .process) { .process($0.creator) },
        ProcessField("sessionId", .number(max: UInt64(UInt32.max))) { .number(UInt64($0.sessionId)) },
        ProcessField("notificationsSent", .number(max: .max)) { .number($0.notificationsSent) },
        ProcessField("wow64CpuImageBase", .hex(max: .max)) { $0.wow64CpuImageBase.map { .hex($0) } ?? .absent },
        ProcessField("threads", .number(max: UInt64(UInt32.max))) { _ in .absent },
    ]
}
