/// What OpenProcess tells: a handle to a process is opened.
///
/// Driver: `ObProcessHandleMessage`, filled by `MpObSendOpenProcessBMNotification`.
public struct ObProcessHandle: Hashable, Sendable {
    /// The process that opens the handle.
    public var process: AuxPidCreationTime
    /// The process that is opened.
    public var targetProcess: AuxPidCreationTime
    /// The terminal session.
    public var sessionId: UInt32 = 0
    /// The access that is granted after the driver took some away.
    public var finalDesiredAccess: UInt32
    /// The image of `process`; empty when absent.
    public var fileName = ""
    /// The image of `targetProcess`; empty when absent.
    public var targetFileName = ""
    /// The rule of host intrusion prevention about code injection.
    public var hipRule = OWord.zero
    /// The rule of host intrusion prevention about suspending and resuming.
    public var hipRule1 = OWord.zero
    /// Bits of MP_OB_NOTIFICATION_REASON, 0 by default.
    public var notificationReason: UInt32 = 0

    /// A handle of `process` to `targetProcess`; what is not given is 0.
    public init(process: AuxPidCreationTime, targetProcess: AuxPidCreationTime, finalDesiredAccess: UInt32) {
        self.process = process
        self.targetProcess = targetProcess
        self.finalDesiredAccess = finalDesiredAccess
    }
}
