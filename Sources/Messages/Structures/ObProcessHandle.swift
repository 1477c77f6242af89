/// The content of an OpenProcess: a handle to a process is opened.
///
/// Driver: `ObProcessHandleMessage`, filled by `MpObSendOpenProcessBMNotification`.
public struct ObProcessHandle: Hashable, Sendable {
    /// The process that opens the handle.
    public var process: AuxPidCreationTime
    /// The process that is opened.
    public var targetProcess: AuxPidCreationTime
    /// The terminal session.
    public var sessionId: UInt32 = 0
    /// The access that is granted, which the driver may have reduced.
    public var finalDesiredAccess: UInt32
    /// The image of `process`; empty when absent.
    public var fileName: UnicodeString = ""
    /// The image of `targetProcess`; empty when absent.
    public var targetFileName: UnicodeString = ""
    /// The host intrusion prevention rule about code injection.
    public var hipRule = OWord.zero
    /// The host intrusion prevention rule about suspending and resuming.
    public var hipRule1 = OWord.zero
    /// Bits of MP_OB_NOTIFICATION_REASON, 0 by default.
    public var notificationReason: UInt32 = 0

    /// A handle of `process` to `targetProcess`; values that are not given are 0.
    public init(process: AuxPidCreationTime, targetProcess: AuxPidCreationTime, finalDesiredAccess: UInt32) {
        self.process = process
        self.targetProcess = targetProcess
        self.finalDesiredAccess = finalDesiredAccess
    }
}

extension ObProcessHandle {
    static let layout = Layout<Self>(
        "ObProcessHandle", .known("memory dumps; the dumps show zeros from 40 to 77, which come from the header"),
        empty: ObProcessHandle(process: .none, targetProcess: .none, finalDesiredAccess: 0),
        [
            .process(0x20, "Process", \.process).required,
            .process(0x2C, "TargetProcess", \.targetProcess).required,
            .u32(0x38, "SessionId", \.sessionId),
            .hex32(0x3C, "FinalDesiredAccess", \.finalDesiredAccess).required,
            .length(0x40, "FileNameLen", of: "FileName"),
            .offset(0x44, "FileNameOffset", of: "FileName"),
            .length(0x48, "TargetFileNameLen", of: "TargetFileName"),
            .offset(0x4C, "TargetFileNameOffset", of: "TargetFileName"),
            .oword(0x50, "HipRule", \.hipRule),
            .oword(0x60, "HipRule1", \.hipRule1),
            .zero(0x70, 4),
            .u32(0x74, "NotificationReason", \.notificationReason).bits([
                0x1: "DesiredAccessModified", 0x2: "AllowCodeInjectionHIPSTrigger",
                0x4: "QuerySuspendResumeHIPSTrigger", 0x8: "SameDesiredAccessAndAllowCodeInjectionHIPSTrigger",
                0x10: "SameDesiredAccessAndQuerySuspendResumeHIPSTrigger",
            ]),
            .text("FileName", \.fileName),
            .text("TargetFileName", \.targetFileName),
        ])
}
