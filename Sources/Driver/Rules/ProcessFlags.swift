import Messages

/// The properties of a process that the driver keeps in bits.
///
/// Driver: `ProcessCtx.ProcessFlags` (DATA-3).
public struct ProcessFlags: OptionSet, Hashable, Sendable {
    /// The flag word.
    public var rawValue: UInt32

    /// The flags in `rawValue`.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    // `table` explains each bit.
    package static let excludedProcess = ProcessFlags(rawValue: 0x1)
    package static let msMpEngProcess = ProcessFlags(rawValue: 0x8)
    package static let mpServiceSidProcess = ProcessFlags(rawValue: 0x10)
    package static let friendlyProcess = ProcessFlags(rawValue: 0x20)
    package static let trustedProcess = ProcessFlags(rawValue: 0x40)
    package static let msSecesProcess = ProcessFlags(rawValue: 0x80)
    package static let svchostProcess = ProcessFlags(rawValue: 0x100)
    package static let imageWow64cpuLoaded = ProcessFlags(rawValue: 0x200)
    package static let threadNotifyRoutineExSet = ProcessFlags(rawValue: 0x400)
    package static let processExplorer = ProcessFlags(rawValue: 0x800)
}

extension ProcessFlags: NamedBits {
    /// Its bits are called flags.
    public static let noun = "flag"

    /// Each flag, lowest bit first.
    public static let table = [
        NamedBit(
            excludedProcess, "ExcludedProcess", .known("part 1"),
            "on the engine's list of exclusions, which has paths and wildcards (MpSetProcessExempt)"),
        NamedBit(msMpEngProcess, "MsMpEngProcess", .known("part 1"), "the engine itself"),
        NamedBit(
            mpServiceSidProcess, "MpServiceSidProcess", .known("part 1"),
            "has the service SID of the product in its token (MpSetProcessHardening)"),
        NamedBit(
            friendlyProcess, "FriendlyProcess", .known("part 1"),
            "excluded from hardening (MpSetProcessHardeningExclusion)"),
        NamedBit(trustedProcess, "TrustedProcess", .known("part 1"), "trusted"),
        NamedBit(
            msSecesProcess, "MsSecesProcess", .known("part 1"),
            "msseces.exe, the client of Security Essentials; set under MpFilter only",
            rules: ["COR-4"]),
        NamedBit(
            svchostProcess, "SvchostProcess", .known("part 1"), "a service host (MpSetProcessHardeningExclusion)"),
        NamedBit(
            imageWow64cpuLoaded, "ImageWow64cpuLoaded", .known("part 2"), "has loaded wow64cpu.dll",
            rules: ["IMG-3"]),
        NamedBit(
            threadNotifyRoutineExSet, "ThreadNotifyRoutineExSet", .known("part 2"),
            "MpCreateThreadNotifyRoutineEx has not checked the process yet", rules: ["PRC-1", "TEX-2"]),
        NamedBit(processExplorer, "ProcessExplorer", .known("part 1"), "Process Explorer"),
    ]
}
