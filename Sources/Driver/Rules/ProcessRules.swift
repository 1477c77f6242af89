import Messages

/// The events of a process that the engine wants to be notified of, and the operations that the process is allowed.
///
/// Driver: `ProcessCtx.ProcessRules` (DATA-4). Bits without a name are kept, never dropped.
public struct ProcessRules: OptionSet, Hashable, Sendable {
    /// The rule word.
    public var rawValue: UInt32

    /// The rules in `rawValue`.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    // `table` explains each bit.
    package static let doNotNotifyDesktopHandlesOp = ProcessRules(rawValue: 0x8)
    package static let suppressAsyncImageLoad = ProcessRules(rawValue: 0x200)
    package static let allowAllRegistryOperations = ProcessRules(rawValue: 0x400)
    package static let notifyWow64cpuLoad = ProcessRules(rawValue: 0x800)
    package static let allowCodeInjectionHIPSRule = ProcessRules(rawValue: 0x8000)
    package static let allowedToInjectCode = ProcessRules(rawValue: 0x1_0000)
    package static let allowIncomingCodeInjection = ProcessRules(rawValue: 0x8_0000)
    package static let notifyRegistryOperationSync = ProcessRules(rawValue: 0x20_0000)
    package static let notifyNewThreadDifferentProcess = ProcessRules(rawValue: 0x40_0000)
    package static let querySuspendResumeHIPSRule = ProcessRules(rawValue: 0x80_0000)
    package static let allowedToQuerySuspendResume = ProcessRules(rawValue: 0x100_0000)
    package static let allowQuerySuspendResume = ProcessRules(rawValue: 0x200_0000)
    package static let notifyImageLoadRule = ProcessRules(rawValue: 0x800_0000)
    package static let notifyNewThreadSameProcess = ProcessRules(rawValue: 0x1000_0000)
    package static let notifyProcessCmdLine = ProcessRules(rawValue: 0x2000_0000)
}

extension ProcessRules: NamedBits {
    /// Its bits are called rules.
    public static let noun = "rule"

    /// Each rule, lowest bit first.
    public static let table = [
        NamedBit(
            doNotNotifyDesktopHandlesOp, "DoNotNotifyDesktopHandlesOp", .known("part 3"),
            "handle operations on desktops are not reported"),
        NamedBit(
            suppressAsyncImageLoad, "SuppressAsyncImageLoad", driverName: nil,
            .decided("part 2 has the bit without a name"),
            "no asynchronous LoadImage; MsMpEng was seen with 0x7FF: the low bits look like one family of exemptions",
            rules: ["IMG-4", "COR-11"]),
        NamedBit(
            allowAllRegistryOperations, "AllowAllRegistryOperations", .known("part 4"),
            "lifts denials by rules of registry operations; neither hardening, nor tamper protection, nor messages",
            rules: ["COR-5"]),
        NamedBit(
            notifyWow64cpuLoad, "NotifyWow64cpuLoad", .known("part 2"), "watch for the load of wow64cpu.dll",
            rules: ["IMG-3"]),
        NamedBit(
            allowCodeInjectionHIPSRule, "AllowCodeInjectionHIPSRule", .known("part 3"),
            "arms the code-injection rule of host intrusion prevention: an opener that has the bit is checked",
            rules: ["OBJ-9", "COR-9"]),
        NamedBit(allowedToInjectCode, "AllowedToInjectCode", .known("part 3"), "the process may inject code"),
        NamedBit(
            allowIncomingCodeInjection, "AllowIncomingCodeInjection", .known("part 3"),
            "others may inject code into the process"),
        NamedBit(
            notifyRegistryOperationSync, "NotifyRegistryOperationSync", .known("part 4"),
            "registry operations are sent synchronously"),
        NamedBit(
            notifyNewThreadDifferentProcess, "NotifyNewThreadDifferentProcess", .known("part 2"),
            "a thread that the process creates in another one is reported", rules: ["THR-4"]),
        NamedBit(
            querySuspendResumeHIPSRule, "QuerySuspendResumeHIPSRule", .known("part 3"),
            "arms the suspend-resume rule of host intrusion prevention: an opener that has the bit is checked",
            rules: ["OBJ-9", "COR-9"]),
        NamedBit(
            allowedToQuerySuspendResume, "AllowedToQuerySuspendResume", .known("part 3"),
            "the process may suspend and resume others"),
        NamedBit(
            allowQuerySuspendResume, "AllowQuerySuspendResume", .known("part 3"),
            "others may suspend and resume the process"),
        NamedBit(
            notifyImageLoadRule, "NotifyImageLoadRule", .known("part 2"),
            "the next image load is reported synchronously", rules: ["IMG-4"]),
        NamedBit(
            notifyNewThreadSameProcess, "NotifyNewThreadSameProcess", .known("part 2"),
            "a thread that the process creates in itself is reported", rules: ["THR-3"]),
        NamedBit(
            notifyProcessCmdLine, "NotifyProcessCmdLine", .known("part 2"),
            "a tampered command line is reported at the first thread", rules: ["TEX"]),
    ]
}
