/// A condition that a routine looks at, in the order in which the routines do.
///
/// The order within one routine is the order of the cases.
public enum Check: UInt8, CaseIterable, Sendable {
    // MpCreateProcessNotifyRoutineEx
    /// Creation, not exit.
    case createInfo
    /// The context gets flag 0x400 (PRC-1).
    case hasCreateThreadNotifyRoutineEx
    /// The engine denied the creation (PRC-3).
    case accessDenied
    /// The process counts into CreateThreadNotifyLock (PRC-5).
    case ruleNotifyProcessCmdLineAtCreation

    // MpCreateThreadNotifyRoutine
    /// Creation, not deletion (THR-1).
    case create
    /// The target is not System (THR-1).
    case targetIsNotSystem
    /// The creating thread is not a system thread (THR-1).
    case isNotSystemThread
    /// The creator has a context (THR-2).
    case creatorContext
    /// Creator and target are the same process (THR-2).
    case sameProcess
    /// The rule of THR-3.
    case ruleNewThreadSameProcess
    /// The rule of THR-4.
    case ruleNewThreadDifferentProcess

    // MpCreateThreadNotifyRoutineEx
    /// Some process is to be looked at (TEX-1).
    case createThreadNotifyLock
    /// Creation, not deletion (TEX-1).
    case createEx
    /// The current process is not System (TEX-1).
    case currentIsNotSystem
    /// The new thread's process has a context (TEX-1).
    case currentContext
    /// The process was not looked at yet (TEX-1).
    case flagThreadNotifyRoutineExSet
    /// The rule of TEX-1.
    case ruleNotifyProcessCmdLine
    /// The command line differs from the captured one (TEX-2).
    case commandLineDiffers

    // MpLoadImageNotifyRoutine
    /// A kernel image (IMG-1).
    case systemModeImage
    /// The process has a context (IMG-1).
    case loaderContext
    /// wow64cpu.dll was loaded before (IMG-2).
    case flagImageWow64cpuLoaded
    /// The rule of IMG-3.
    case ruleNotifyWow64cpuLoad
    /// The image is wow64cpu.dll (IMG-3).
    case isWow64cpu
    /// The load tells its file object (IMG-4).
    case extendedInfoPresent
    /// The file has a stream context (IMG-4).
    case streamContext
    /// The stream's rule (IMG-4).
    case ruleImageLoadPerStream
    /// The process's rule (IMG-4).
    case ruleImageLoadPerProcess
    /// The asynchronous message is not suppressed (IMG-4).
    case asyncImageLoad

    /// The routine that looks at it.
    public var routine: DriverRoutine {
        switch self {
        case .createInfo, .hasCreateThreadNotifyRoutineEx, .accessDenied, .ruleNotifyProcessCmdLineAtCreation:
            .createProcessNotifyEx
        case .create, .targetIsNotSystem, .isNotSystemThread, .creatorContext, .sameProcess,
            .ruleNewThreadSameProcess, .ruleNewThreadDifferentProcess:
            .createThreadNotify
        case .createThreadNotifyLock, .createEx, .currentIsNotSystem, .currentContext, .flagThreadNotifyRoutineExSet,
            .ruleNotifyProcessCmdLine, .commandLineDiffers:
            .createThreadNotifyEx
        case .systemModeImage, .loaderContext, .flagImageWow64cpuLoaded, .ruleNotifyWow64cpuLoad, .isWow64cpu,
            .extendedInfoPresent, .streamContext, .ruleImageLoadPerStream, .ruleImageLoadPerProcess, .asyncImageLoad:
            .loadImageNotify
        }
    }

    /// The condition as the driver's code would read.
    public var text: StaticString {
        switch self {
        case .createInfo: "CreateInfo != NULL"
        case .hasCreateThreadNotifyRoutineEx: "PsSetCreateThreadNotifyRoutineEx != NULL"
        case .accessDenied: "Reply.AccessDenied"
        case .ruleNotifyProcessCmdLineAtCreation: "ProcessRules & NotifyProcessCmdLine (0x20000000)"
        case .create, .createEx: "Create"
        case .targetIsNotSystem: "ProcessId != 4"
        case .isNotSystemThread: "!PsIsSystemThread(KeGetCurrentThread())"
        case .creatorContext: "MpGetProcessContextById(PsGetCurrentProcessId())"
        case .sameProcess: "ProcessId == PsGetCurrentProcessId()"
        case .ruleNewThreadSameProcess: "ProcessRules & NotifyNewThreadSameProcess (0x10000000)"
        case .ruleNewThreadDifferentProcess: "ProcessRules & NotifyNewThreadDifferentProcess (0x400000)"
        case .createThreadNotifyLock: "MpProcessTable->CreateThreadNotifyLock != 0"
        case .currentIsNotSystem: "IoGetCurrentProcess() != PsInitialSystemProcess"
        case .currentContext: "MpGetProcessContextByObject(IoGetCurrentProcess())"
        case .flagThreadNotifyRoutineExSet: "ProcessFlags & ThreadNotifyRoutineExSet (0x400)"
        case .ruleNotifyProcessCmdLine: "ProcessRules & NotifyProcessCmdLine (0x20000000)"
        case .commandLineDiffers: "current command line != ProcessCmdLine"
        case .systemModeImage: "ImageInfo->SystemModeImage"
        case .loaderContext: "MpGetProcessContextById(ProcessId)"
        case .flagImageWow64cpuLoaded: "ProcessFlags & ImageWow64cpuLoaded (0x200)"
        case .ruleNotifyWow64cpuLoad: "ProcessRules & NotifyWow64cpuLoad (0x800)"
        case .isWow64cpu: "FullImageName ends in \\Windows\\System32\\Wow64cpu.dll"
        case .extendedInfoPresent: "ImageInfo->ExtendedInfoPresent"
        case .streamContext: "MpGetStreamContextFromFileObject(FileObject)"
        case .ruleImageLoadPerStream: "StreamCtxRules & NotifyImageLoadRule (0x8000)"
        case .ruleImageLoadPerProcess: "ProcessRules & NotifyImageLoadRule (0x8000000)"
        case .asyncImageLoad: "!(ProcessRules & 0x200)"
        }
    }
}

/// Which conditions a routine looked at, and which of them held. Two words: noting a condition allocates nothing.
public struct CheckTrace: Hashable, Sendable {
    private var looked: UInt32 = 0
    private var held: UInt32 = 0

    init() {}

    /// Notes that `check` came out as `holds`, and hands that back.
    mutating func note(_ check: Check, _ holds: Bool) -> Bool {
        let bit: UInt32 = 1 << UInt32(check.rawValue)
        looked |= bit
        if holds { held |= bit }
        return holds
    }

    /// The conditions that were looked at, in order.
    public var checks: Checks { Checks(looked: looked, held: held) }

    /// Walks over the conditions that a routine looked at.
    public struct Checks: Sequence, IteratorProtocol, Sendable {
        fileprivate var looked: UInt32
        fileprivate let held: UInt32

        /// The next condition, and whether it held.
        public mutating func next() -> (check: Check, holds: Bool)? {
            guard let check = Check(rawValue: UInt8(looked.trailingZeroBitCount)) else { return nil }
            let lowest = looked & (0 &- looked)
            looked &= ~lowest
            return (check, held & lowest != 0)
        }
    }
}

/// What one routine did about one event, and why.
public struct RoutineReport: Hashable, Sendable {
    /// The routine.
    public let routine: DriverRoutine
    /// What it looked at.
    public internal(set) var trace = CheckTrace()
    /// The messages that it made, in order, as they stood when the routine was done with them.
    public internal(set) var messages: [MessageRecord] = []

    /// Whether the routine decided to tell the engine.
    public var notified: Bool { !messages.isEmpty }

    init(_ routine: DriverRoutine) { self.routine = routine }
}
