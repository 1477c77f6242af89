import Messages

/// What the engine wants to be told about a process.
///
/// Driver: `ProcessCtx.ProcessRules` (DATA-4). Bits without a name are kept, never dropped.
public struct ProcessRules: OptionSet, Hashable, Sendable {
    /// The rule word.
    public var rawValue: UInt32

    /// The rules in `rawValue`.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Handle operations on desktops are not reported.
    public static let doNotNotifyDesktopHandlesOp = ProcessRules(rawValue: 0x8)
    /// No asynchronous LoadImage message while set (IMG-4). The analyst has no name for the bit; this one is ours.
    public static let suppressAsyncImageLoad = ProcessRules(rawValue: 0x200)
    /// Registry operations pass.
    public static let allowAllRegistryOperations = ProcessRules(rawValue: 0x400)
    /// Look out for wow64cpu.dll (IMG-3).
    public static let notifyWow64cpuLoad = ProcessRules(rawValue: 0x800)
    /// Arms the code-injection rule of host intrusion prevention: an opener that has the bit is checked (OBJ-9).
    public static let allowCodeInjectionHIPSRule = ProcessRules(rawValue: 0x8000)
    /// The process may inject code.
    public static let allowedToInjectCode = ProcessRules(rawValue: 0x1_0000)
    /// Others may inject code into the process.
    public static let allowIncomingCodeInjection = ProcessRules(rawValue: 0x8_0000)
    /// Registry operations are sent synchronously.
    public static let notifyRegistryOperationSync = ProcessRules(rawValue: 0x20_0000)
    /// A thread that the process creates in another one is reported (THR-4).
    public static let notifyNewThreadDifferentProcess = ProcessRules(rawValue: 0x40_0000)
    /// Arms the suspend-resume rule of host intrusion prevention: an opener that has the bit is checked (OBJ-9).
    public static let querySuspendResumeHIPSRule = ProcessRules(rawValue: 0x80_0000)
    /// The process may suspend and resume others.
    public static let allowedToQuerySuspendResume = ProcessRules(rawValue: 0x100_0000)
    /// Others may suspend and resume the process.
    public static let allowQuerySuspendResume = ProcessRules(rawValue: 0x200_0000)
    /// The next image load is reported synchronously (IMG-4).
    public static let notifyImageLoadRule = ProcessRules(rawValue: 0x800_0000)
    /// A thread that the process creates in itself is reported (THR-3).
    public static let notifyNewThreadSameProcess = ProcessRules(rawValue: 0x1000_0000)
    /// A tampered command line is reported at the first thread (TEX).
    public static let notifyProcessCmdLine = ProcessRules(rawValue: 0x2000_0000)
}

extension ProcessRules: NamedBits {
    /// Each rule, lowest bit first.
    public static let named = [
        NamedBit(
            0x8, "DoNotNotifyDesktopHandlesOp", .known("part 3"), "handle operations on desktops are not reported"),
        NamedBit(
            0x200, "SuppressAsyncImageLoad", driverName: nil, .decided("part 2 has the bit without a name"),
            "no asynchronous LoadImage (IMG-4)"),
        NamedBit(0x400, "AllowAllRegistryOperations", .known("part 4"), "registry operations pass"),
        NamedBit(0x800, "NotifyWow64cpuLoad", .known("part 2"), "wow64cpu.dll is looked out for (IMG-3)"),
        NamedBit(
            0x8000, "AllowCodeInjectionHIPSRule", .known("part 3"),
            "arms the code-injection rule of host intrusion prevention: an opener that has the bit is checked (OBJ-9)"),
        NamedBit(0x1_0000, "AllowedToInjectCode", .known("part 3"), "the process may inject code"),
        NamedBit(0x8_0000, "AllowIncomingCodeInjection", .known("part 3"), "others may inject code into the process"),
        NamedBit(
            0x20_0000, "NotifyRegistryOperationSync", .known("part 4"), "registry operations are sent synchronously"),
        NamedBit(
            0x40_0000, "NotifyNewThreadDifferentProcess", .known("part 2"),
            "a thread that the process creates in another one is reported (THR-4)"),
        NamedBit(
            0x80_0000, "QuerySuspendResumeHIPSRule", .known("part 3"),
            "arms the suspend-resume rule of host intrusion prevention: an opener that has the bit is checked (OBJ-9)"),
        NamedBit(
            0x100_0000, "AllowedToQuerySuspendResume", .known("part 3"), "the process may suspend and resume others"),
        NamedBit(
            0x200_0000, "AllowQuerySuspendResume", .known("part 3"), "others may suspend and resume the process"),
        NamedBit(
            0x800_0000, "NotifyImageLoadRule", .known("part 2"), "the next image load is reported synchronously (IMG-4)"
        ),
        NamedBit(
            0x1000_0000, "NotifyNewThreadSameProcess", .known("part 2"),
            "a thread that the process creates in itself is reported (THR-3)"),
        NamedBit(
            0x2000_0000, "NotifyProcessCmdLine", .known("part 2"),
            "a tampered command line is reported at the first thread (TEX)"),
    ]
}
