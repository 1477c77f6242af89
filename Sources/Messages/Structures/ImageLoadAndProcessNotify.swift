/// The content of CreateProcess and LoadImage.
///
/// Driver: `ImageLoadAndProcessNotify`. A LoadImage leaves parent, creator, command line and token fields 0.
public struct ImageLoadAndProcessNotify: Hashable, Sendable {
    /// The parent of the process.
    public var parentProcess: AuxPidCreationTime
    /// The process.
    public var currentProcess: AuxPidCreationTime
    /// The process that created it, which is not necessarily the parent.
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
    public var imageFileName: UnicodeString
    /// The command line as captured at creation; empty when absent.
    public var commandLine: UnicodeString

    /// A message about `currentProcess`; values that are not given are 0.
    public init(
        parentProcess: AuxPidCreationTime = .none, currentProcess: AuxPidCreationTime,
        creatorProcess: AuxPidCreationTime = .none, createFlag: Bool = false, processFlagsLowByte: UInt8 = 0,
        sessionId: UInt32, token: ProcessToken = .zero, imageFileName: UnicodeString, commandLine: UnicodeString = ""
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
    /// Whether only the fields that the driver fills for a LoadImage are set.
    var isPlainLoad: Bool {
        parentProcess == .none && creatorProcess == .none && !createFlag && processFlagsLowByte == 0 && token == .zero
            && commandLine.isEmpty
    }
}

/// The fields of a process's token that a CreateProcess message carries.
public struct ProcessToken: Hashable, Sendable {
    /// TOKEN_ELEVATION_TYPE.
    public var elevationType: UInt32
    /// TOKEN_ELEVATION.
    public var elevation: UInt32
    /// The RID of the integrity level: 0x1000 low, 0x2000 medium, 0x3000 high, 0x4000 system.
    public var integrityLevel: UInt32

    /// A token with the given values; the defaults are those of an ordinary user's process.
    public init(elevationType: UInt32 = 1, elevation: UInt32 = 0, integrityLevel: UInt32 = 0x2000) {
        self.elevationType = elevationType
        self.elevation = elevation
        self.integrityLevel = integrityLevel
    }

    /// All fields 0, as in a LoadImage.
    public static let zero = ProcessToken(elevationType: 0, elevation: 0, integrityLevel: 0)
}

extension ImageLoadAndProcessNotify {
    static let layout = Layout<Self>(
        "ImageLoadAndProcessNotify", .known("memory dumps"),
        empty: ImageLoadAndProcessNotify(currentProcess: .none, sessionId: 0, token: .zero, imageFileName: ""),
        [
            .process(0x20, "ParentProcess", \.parentProcess).leftZeroByLoadImage,
            .process(0x2C, "CurrentProcess", \.currentProcess).required,
            .flag(0x38, "CreateFlag", \.createFlag).leftZeroByLoadImage
                .values([0: "exit", 1: "creation"]),
            .u8(0x39, "ProcessFlags", \.processFlagsLowByte).called("processFlagsLowByte").leftZeroByLoadImage
                .from(.inferred("PRC-9")).note("low byte of ProcessFlags"),
            .zero(0x3A, 10),
            .length(0x44, "FileNameLength", of: "ImageFileName"),
            .offset(0x48, "OffsetToImageFileName", of: "ImageFileName"),
            .u32(0x4C, "SessionId", \.sessionId),
            .length(0x50, "CommandLineLength", of: "CommandLine"),
            .offset(0x54, "OffsetToCommandLine", of: "CommandLine"),
            .u32(0x58, "TokenElevationType", \.token.elevationType).leftZeroByLoadImage
                .values([1: "default", 2: "full", 3: "limited"]),
            .u32(0x5C, "TokenElevation", \.token.elevation).leftZeroByLoadImage,
            .hex32(0x60, "TokenIntegrityLevel", \.token.integrityLevel).leftZeroByLoadImage
                .values([0x1000: "low", 0x2000: "medium", 0x3000: "high", 0x4000: "system"]),
            .zero(0x64, 4),
            .process(0x68, "CreatorProcess", \.creatorProcess).leftZeroByLoadImage,
            .zero(0x74, 4),
            .text("ImageFileName", \.imageFileName).note("of the process; in a LoadImage the loaded image's"),
            .text("CommandLine", \.commandLine).leftZeroByLoadImage,
        ])
}
