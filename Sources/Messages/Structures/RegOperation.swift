/// What RegistryEvent tells: one structure for all registry operations, which fill what applies to them.
///
/// Driver: `RegOperationMessage`, filled by `MpRegpSendNotification` and `MpRegpCopyVariableNotificationData`.
public struct RegOperation: Hashable, Sendable {
    /// The key; this and the other names are empty when absent.
    public var keyName = ""
    /// The value.
    public var valueName = ""
    /// What the key is renamed to.
    public var newKeyName = ""
    /// Before a key is restored or loaded from a file.
    public var oldFileName = ""
    /// The file that it is restored or loaded from.
    public var newFileName = ""
    /// The process that does it.
    public var process: AuxPidCreationTime
    /// The thread that does it.
    public var threadId: UInt32 = 0
    /// The terminal session.
    public var sessionId: UInt32 = 0
    /// The rules of the monitored key that apply.
    public var finalKeyRules: UInt32 = 0
    /// REG_SZ, ... of the new data.
    public var newValueType: UInt32 = 0
    /// The new data.
    public var newValueData: [UInt8] = []
    /// REG_SZ, ... of the data before.
    public var valueType: UInt32 = 0
    /// The data before.
    public var valueData: [UInt8] = []
    /// Flags of RegRestoreKey.
    public var regRestoreFlags: UInt32 = 0
    /// The transaction; all 0 without one.
    public var transactionId = OWord.zero
    /// Hashes of the monitored values that match.
    public var hashes: [OWord] = []

    /// An operation of `process`; what is not given is 0 or absent.
    public init(process: AuxPidCreationTime) { self.process = process }
}
