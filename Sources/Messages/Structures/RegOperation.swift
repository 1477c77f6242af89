/// The content of a RegistryEvent: one structure for all registry operations; each fills the fields that apply to it.
///
/// Driver: `RegOperationMessage`, filled by `MpRegpSendNotification` and `MpRegpCopyVariableNotificationData`.
public struct RegOperation: Hashable, Sendable {
    /// The key's name. Names are empty if absent.
    public var keyName: UnicodeString = ""
    /// The value's name.
    public var valueName: UnicodeString = ""
    /// The new name of a renamed key.
    public var newKeyName: UnicodeString = ""
    /// The old file name, for a key that is restored or loaded from a file.
    public var oldFileName: UnicodeString = ""
    /// The file that the key is restored or loaded from.
    public var newFileName: UnicodeString = ""
    /// The process that performs the operation.
    public var process: AuxPidCreationTime
    /// The thread that performs the operation.
    public var threadId: UInt32 = 0
    /// The terminal session.
    public var sessionId: UInt32 = 0
    /// The rules of the monitored key that apply.
    public var finalKeyRules: UInt32 = 0
    /// The type of the new data: REG_SZ, ...
    public var newValueType: UInt32 = 0
    /// The new data.
    public var newValueData: [UInt8] = []
    /// The type of the old data: REG_SZ, ...
    public var valueType: UInt32 = 0
    /// The old data.
    public var valueData: [UInt8] = []
    /// Flags of RegRestoreKey.
    public var regRestoreFlags: UInt32 = 0
    /// The transaction; all 0 if there is none.
    public var transactionId = OWord.zero
    /// Hashes of the matching monitored values.
    public var hashes: [OWord] = []

    /// An operation by `process`; values that are not given are 0 or absent.
    public init(process: AuxPidCreationTime) { self.process = process }
}

extension RegOperation {
    static let layout = Layout<Self>(
        "RegOperation", .known("a memory dump; 80 to 93 and the width of 98 come from the header"),
        empty: RegOperation(process: .none),
        [
            .offset(0x20, "OffsetKeyName", size: 8, of: "KeyName"),
            .offset(0x28, "OffsetValueName", size: 8, of: "ValueName"),
            .offset(0x30, "OffsetNewKeyName", size: 8, of: "NewKeyName"),
            .offset(0x38, "OffsetOldFileName", size: 8, of: "OldFileName"),
            .offset(0x40, "OffsetNewFileName", size: 8, of: "NewFileName"),
            .process(0x48, "Process", \.process).required,
            .u32(0x54, "ThreadId", \.threadId),
            .u32(0x58, "SessionId", \.sessionId),
            .hex32(0x5C, "FinalKeyRules", \.finalKeyRules),
            .u32(0x60, "NewValueType", \.newValueType).values(registryTypes),
            .length(0x64, "NewValueDataLen", of: "NewValueData"),
            .offset(0x68, "OffsetNewValueData", size: 8, of: "NewValueData"),
            .u32(0x70, "ValueType", \.valueType).values(registryTypes),
            .length(0x74, "ValueDataLen", of: "ValueData"),
            .offset(0x78, "OffsetValueData", size: 8, of: "ValueData"),
            .hex32(0x80, "RegRestoreFlags", \.regRestoreFlags),
            .guid(0x84, "TransactionId", \.transactionId),
            .count(0x94, "HashesCount", of: "Hashes"),
            .offset(0x98, "OffsetHashes", size: 8, of: "Hashes"),
            .zero(0xA0, 8).note("unknown"),
            .hashes("Hashes", \.hashes),
            .text("KeyName", \.keyName),
            .text("ValueName", \.valueName),
            .text("NewKeyName", \.newKeyName),
            .text("OldFileName", \.oldFileName),
            .text("NewFileName", \.newFileName),
            .data("NewValueData", \.newValueData),
            .data("ValueData", \.valueData),
        ])

    private static let registryTypes: [UInt64: String] = [
        0: "REG_NONE", 1: "REG_SZ", 2: "REG_EXPAND_SZ", 3: "REG_BINARY", 4: "REG_DWORD", 5: "REG_DWORD_BIG_ENDIAN",
        6: "REG_LINK", 7: "REG_MULTI_SZ", 11: "REG_QWORD",
    ]
}
