public import Messages

/// A live process as the driver knows it.
///
/// Driver: `ProcessCtx`, magic 0xDA0F, size 0xC0 (DATA-2). Its RefCount has no counterpart: contexts are values, and a
/// `ProcessReference` to a removed context finds nothing.
public struct ProcessContext: Hashable, Sendable {
    /// Pid and creation time (DATA-1).
    public internal(set) var identity: AuxPidCreationTime
    /// The image the process was created from.
    public internal(set) var imageFileName: UnicodeString
    /// The command line as captured at creation.
    public internal(set) var processCmdLine: UnicodeString
    /// ProcessFlags.
    public internal(set) var flags: ProcessFlags
    /// ProcessRules.
    public internal(set) var rules: ProcessRules
    /// Asynchronous and direct messages created with this context (ASY-2).
    public internal(set) var notificationsSent: UInt64 = 0
    /// The parent; its creation time is `.none` if it was not known.
    public internal(set) var parent: AuxPidCreationTime
    /// The revision of its host at its last change (UIA-5). 0 until it is in a table.
    public internal(set) var revision: UInt64 = 0
    var rareValues: RareValues.Box?
    /// The terminal session.
    public internal(set) var sessionId: UInt32
    /// The token's fields that the CreateProcess message carries.
    public internal(set) var token: ProcessToken
    /// Whether the token has the product's service SID (PRC-9).
    public internal(set) var hasServiceSid: Bool
    /// Whether the context was created without a creation event, from a record of something the process did.
    public internal(set) var isSynthesized = false
    /// Whether PRC-5 counted this process in CreateThreadNotifyLock.
    var countsInCreateThreadNotifyLock = false

    private var rare: RareValues {
        get { if case .values(let values) = rareValues { values } else { RareValues() } }
        set { rareValues = newValue == RareValues() ? nil : .values(newValue) }
    }

    /// The command line in the PEB; changes when someone tampers with it. Decided: kept here.
    public internal(set) var currentCommandLine: UnicodeString {
        get { rare.currentCommandLine ?? processCmdLine }
        set {
            rare.currentCommandLine = newValue == processCmdLine ? nil : newValue
        }
    }

    /// The process that made the call, which is not necessarily the parent.
    public internal(set) var creator: AuxPidCreationTime {
        get { rare.creator ?? parent }
        set { rare.creator = newValue == parent ? nil : newValue }
    }

    /// The address where wow64cpu.dll was loaded; nil until IMG-3 detects the load.
    public internal(set) var wow64CpuImageBase: UInt64? {
        get { rare.wow64CpuImageBase }
        set { rare.wow64CpuImageBase = newValue }
    }

    /// The process as the subject of a message.
    var subject: MessageSubject { MessageSubject(process: identity, imageFileName: imageFileName) }

    /// Whether this is PsInitialSystemProcess (DATA-6).
    public var isSystem: Bool { identity.processId == ProcessContext.systemProcessId }

    /// Bytes of its name and command lines.
    var textBytes: Int { imageFileName.byteCount + processCmdLine.byteCount + currentCommandLine.byteCount }

    /// The pid of the System process.
    public static let systemProcessId: UInt32 = 4

    /// The System process that every host has.
    static let system = ProcessContext(
        identity: AuxPidCreationTime(
            processId: systemProcessId, creationTime: FileTime(unixSecond: 1_577_836_800)),
        imageFileName: "System", processCmdLine: "", flags: [], rules: [], parent: .none, sessionId: 0,
        token: ProcessToken(elevationType: 1, elevation: 0, integrityLevel: 0x4000), hasServiceSid: false)
}

/// A reference to a live process that its host's driver keeps between two accesses to the table.
///
/// It no longer finds the process once that has exited, even if the pid or the slot is reused.
public struct ProcessReference: Hashable, Sendable {
    let slot: Int
    let generation: UInt64
}
