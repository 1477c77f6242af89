// The data after the header of a synchronous message. Offsets count from the start of the variable data.

/// The data of NewImageLoadPerStream and NewImageLoadPerProcess.
struct ImageNameData: Sendable {
    var imageName: UnicodeString = ""
}

extension ImageNameData {
    static let layout = Layout<Self>(
        "NewImageLoad", .inferred("part 2 gives only the sum, Length + 0xA"), empty: ImageNameData(),
        [
            .length(0x00, "Length", of: "ImageName").note("bytes with the NUL"),
            .zero(0x04, 4),
            .text("ImageName", \.imageName),
        ])
}

/// The data of RegistryEventSync.
struct RegistryData: Sendable {
    var registryData: [UInt8] = []
}

extension RegistryData {
    static let layout = Layout<Self>(
        "RegistryNotifySyncMessage", .known("part 2: as given"), empty: RegistryData(),
        [.data("RegistryData", \.registryData, at: 0x00)])
}

/// The data of NewThreadDifferentProcess.
struct TargetProcessData: Sendable {
    var targetProcess = AuxPidCreationTime.none
}

extension TargetProcessData {
    static let layout = Layout<Self>(
        "AuxPidCreationTime", .known("a memory dump"), empty: TargetProcessData(),
        [.process(0x00, "TargetProcess", \.targetProcess)])
}

/// The data of NewThreadAndCmdLine.
struct CommandLineData: Sendable {
    var commandLine: UnicodeString = ""
    var currentCommandLine: UnicodeString = ""
}

extension CommandLineData {
    static let layout = Layout<Self>(
        "ThreadNotifyCmdLine", .inferred("later builds and the two UNICODE_STRINGs that the callback hands over"),
        empty: CommandLineData(),
        [
            .length(0x00, "CommandLineLength", of: "CommandLine").note("bytes with the NUL"),
            .length(0x04, "CurrentCommandLineLength", of: "CurrentCommandLine").note("bytes with the NUL"),
            .text("CommandLine", \.commandLine),
            .text("CurrentCommandLine", \.currentCommandLine),
        ])
}
