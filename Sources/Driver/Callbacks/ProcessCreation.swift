public import Messages

/// A process to create: the facts that Windows gives to the driver, and those that the host adds.
public struct ProcessCreation: Hashable, Sendable {
    /// The pid; nil lets the host choose the lowest free multiple of 4.
    public var processId: UInt32?
    /// The creation time; nil for now.
    public var creationTime: FileTime?
    /// The parent's pid.
    public var parentProcessId: UInt32
    /// The parent's creation time, if known from elsewhere; nil uses that of the live process with the pid.
    public var parentCreationTime: FileTime?
    /// The creator's pid; nil for the parent.
    public var creatorProcessId: UInt32?
    /// The image.
    public var imageFileName: UnicodeString
    /// The command line; nil for the image name.
    public var commandLine: UnicodeString?
    /// The terminal session.
    public var sessionId: UInt32 = 0
    /// The token.
    public var token = ProcessToken()
    /// Whether the token has the product's service SID (PRC-9).
    public var hasServiceSid = false
    /// Flags to use instead of those that PRC-9 derives; nil derives them.
    public var flags: ProcessFlags?
    /// Rules that the process starts with, before policies and engine.
    public var rules: ProcessRules = []
    /// Whether the pid may replace a tid that the host reserved for some process's first thread. Otherwise the creation
    /// is refused. In a recording the pid is a fact, so it takes precedence.
    public var replacesThread = false

    /// A process with image `imageFileName`, by default a child of System.
    public init(imageFileName: UnicodeString, processId: UInt32? = nil, parentProcessId: UInt32 = 4) {
        self.imageFileName = imageFileName
        self.processId = processId
        self.parentProcessId = parentProcessId
    }
}

extension ProcessCreation {
    /// The flags of the request, or those that follow from the image (PRC-9).
    public var initialFlags: ProcessFlags {
        flags ?? .derived(imageFileName: imageFileName.text, hasServiceSid: hasServiceSid)
    }
}

/// The outcome of a process creation.
public struct ProcessCreationOutcome: Sendable {
    /// The process as it was created; nil when the engine denied it.
    public let process: ProcessContext?
    /// What the driver did and why.
    public let routines: [RoutineReport]
}

extension DriverState {
    /// The context of a new process: rules from the request and the policies, flags from PRC-9 (or the request) and the
    /// policies, and flag 0x400 (PRC-1).
    func makeContext(
        _ creation: ProcessCreation, _ grant: RulePolicy.Grant, processId: UInt32, now: FileTime
    ) -> ProcessContext {
        let rules = creation.rules.union(grant.rules)
        var flags = creation.initialFlags.union(grant.flags)
        if config.createThreadNotifyRoutineEx { flags.insert(.threadNotifyRoutineExSet) }
        let commandLine = creation.commandLine ?? creation.imageFileName
        let parent = identity(creation.parentProcessId, creation.parentCreationTime)
        var context = ProcessContext(
            identity: AuxPidCreationTime(processId: processId, creationTime: creation.creationTime ?? now),
            imageFileName: creation.imageFileName, processCmdLine: commandLine, flags: flags, rules: rules,
            parent: parent,
            sessionId: creation.sessionId, token: creation.token, hasServiceSid: creation.hasServiceSid)
        if let creator = creation.creatorProcessId { context.creator = identity(creator, nil) }
        return context
    }

    private func identity(_ processId: UInt32, _ creationTime: FileTime?) -> AuxPidCreationTime {
        AuxPidCreationTime(
            processId: processId,
            creationTime: creationTime ?? processes.context(processId: processId)?.identity.creationTime ?? .none)
    }

    /// Counts a process in CreateThreadNotifyLock (PRC-5), at most once. Only its creation does this, and not
    /// for a process that exited before the engine answered.
    mutating func countIntoCreateThreadNotifyLock(_ reference: ProcessReference) {
        let counts = processes.update(reference) { context in
            defer { context.countsInCreateThreadNotifyLock = true }
            return !context.countsInCreateThreadNotifyLock
        }
        if counts == true { processes.createThreadNotifyLock += 1 }
    }
}

extension ProcessContext {
    /// The CreateProcess message about the process: `createFlag` true at creation, false at exit.
    func notify(createFlag: Bool) -> AsyncBody {
        .imageLoadAndProcess(
            ImageLoadAndProcessNotify(
                parentProcess: parent, currentProcess: identity, creatorProcess: creator, createFlag: createFlag,
                processFlagsLowByte: UInt8(truncatingIfNeeded: flags.rawValue), sessionId: sessionId, token: token,
                imageFileName: imageFileName, commandLine: processCmdLine))
    }
}
