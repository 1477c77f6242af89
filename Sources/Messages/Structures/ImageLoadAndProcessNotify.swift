/// What CreateProcess and LoadImage tell.
///
/// Driver: `ImageLoadAndProcessNotify`. A LoadImage leaves parent, creator, command line and token fields 0.
public struct ImageLoadAndProcessNotify: Hashable, Sendable {
    /// The parent of the process.
    public var parentProcess: AuxPidCreationTime
    /// The process.
    public var currentProcess: AuxPidCreationTime
    /// The process that created it, which may not be the parent.
    public var creatorProcess: AuxPidCreationTime
    /// True at creation, false at exit and for an image load.
    public var createFlag: Bool
    /// The low byte of ProcessFlags. Inferred (PRC-9).
    public var processFlagsLowByte: UInt8
    /// The terminal session.
    public var sessionId: UInt32
    /// The token's fields.
    public var token: ProcessToken
    /// The image of the process; for a LoadImage, the loaded image.
    public var imageFileName: String
    /// The command line as captured at creation; empty when absent.
    public var commandLine: String

    /// A message about `currentProcess`; what is not given is 0.
    public init(
        parentProcess: AuxPidCreationTime = .none, currentProcess: AuxPidCreationTime,
        creatorProcess: AuxPidCreationTime = .none, createFlag: Bool = false, processFlagsLowByte: UInt8 = 0,
        sessionId: UInt32, token: ProcessToken = .zero, imageFileName: String, commandLine: String = ""
    ) {
        self.parentProcess = parentProcess
        self.currentProcess = currentProcess
        self.creatorProcess = creatorProcess
        self.createFlag = createFlag
        self.processFlagsLowByte = processFlagsLowByte
        self.sessionId = sessionId
        self.token = token
        self.imageFileName = imageFileName
        self.commandLine = commandLine
    }
}

extension ImageLoadAndProcessNotify {
    /// Whether it has nothing but what the driver fills for a LoadImage.
    var isPlainLoad: Bool {
        parentProcess == .none && creatorProcess == .none && !createFlag && processFlagsLowByte == 0 && token == .zero
            && commandLine.isEmpty
    }
}

/// What a CreateProcess message says of the token of a process.
public struct ProcessToken: Hashable, Sendable {
    /// TOKEN_ELEVATION_TYPE.
    public var elevationType: UInt32
    /// TOKEN_ELEVATION.
    public var elevation: UInt32
    /// The RID of the integrity level: 0x1000 low, 0x2000 medium, 0x3000 high, 0x4000 system.
    public var integrityLevel: UInt32

    /// The given values; those of an ordinary user's process by default.
    public init(elevationType: UInt32 = 1, elevation: UInt32 = 0, integrityLevel: UInt32 = 0x2000) {
        self.elevationType = elevationType
        self.elevation = elevation
        self.integrityLevel = integrityLevel
    }

    /// All fields 0, as in a LoadImage.
    public static let zero = ProcessToken(elevationType: 0, elevation: 0, integrityLevel: 0)
}
