import Messages

/// What the driver knows about a process.
///
/// Driver: `ProcessCtx.ProcessFlags` (DATA-3).
public struct ProcessFlags: OptionSet, Hashable, Sendable {
    /// The flag word.
    public var rawValue: UInt32

    /// The flags in `rawValue`.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// On the engine's list of exclusions (MpSetProcessExempt).
    public static let excludedProcess = ProcessFlags(rawValue: 0x1)
    /// The engine itself.
    public static let msMpEngProcess = ProcessFlags(rawValue: 0x8)
    /// Has the service SID of the product in its token (MpSetProcessHardening).
    public static let mpServiceSidProcess = ProcessFlags(rawValue: 0x10)
    /// Excluded from hardening (MpSetProcessHardeningExclusion).
    public static let friendlyProcess = ProcessFlags(rawValue: 0x20)
    /// Trusted.
    public static let trustedProcess = ProcessFlags(rawValue: 0x40)
    /// The MsSense service.
    public static let msSecesProcess = ProcessFlags(rawValue: 0x80)
    /// A service host (MpSetProcessHardeningExclusion).
    public static let svchostProcess = ProcessFlags(rawValue: 0x100)
    /// Has loaded wow64cpu.dll (IMG-3).
    public static let imageWow64cpuLoaded = ProcessFlags(rawValue: 0x200)
    /// `MpCreateThreadNotifyRoutineEx` has not looked at the process yet (PRC-1, TEX-2).
    public static let threadNotifyRoutineExSet = ProcessFlags(rawValue: 0x400)
    /// Process Explorer.
    public static let processExplorer = ProcessFlags(rawValue: 0x800)
}

extension ProcessFlags: NamedBits {
    /// Each flag, lowest bit first.
    public static let named = [
        NamedBit(0x1, "ExcludedProcess", .known("part 1"), "on the engine's list of exclusions (MpSetProcessExempt)"),
        NamedBit(0x8, "MsMpEngProcess", .known("part 1"), "the engine itself"),
        NamedBit(
            0x10, "MpServiceSidProcess", .known("part 1"),
            "has the service SID of the product in its token (MpSetProcessHardening)"),
        NamedBit(
            0x20, "FriendlyProcess", .known("part 1"), "excluded from hardening (MpSetProcessHardeningExclusion)"),
        NamedBit(0x40, "TrustedProcess", .known("part 1"), "trusted"),
        NamedBit(0x80, "MsSecesProcess", .known("part 1"), "the MsSense service"),
        NamedBit(0x100, "SvchostProcess", .known("part 1"), "a service host (MpSetProcessHardeningExclusion)"),
        NamedBit(0x200, "ImageWow64cpuLoaded", .known("part 2"), "has loaded wow64cpu.dll (IMG-3)"),
        NamedBit(
            0x400, "ThreadNotifyRoutineExSet", .known("part 2"),
            "MpCreateThreadNotifyRoutineEx has not looked at the process yet (PRC-1, TEX-2)"),
        NamedBit(0x800, "ProcessExplorer", .known("part 1"), "Process Explorer"),
    ]
}
