// The structures that are sent asynchronously or directly, at their offsets from the start of the message.

extension AsyncHeader {
    static let layout = Layout<Self>(
        "AsyncMessageData", .known("memory dumps"), empty: AsyncHeader(),
        [
            .constant(0x00, 4, "Magic", 0x0002_015D),
            .u32(0x04, "Size", \.size).called("totalSize").note("the whole message"),
            .i64(0x08, "NotificationNumber", \.notificationNumber).note("0 for types from 0xA on (ASY-2)"),
            .u32(0x10, "SizeOfData", \.sizeOfData).note("Size - 8; 0x70 in a Wow64cpuLoad, the driver's own slip"),
            .i32(0x14, "RefCount", \.refCount).note("1 when built; a queued message has been seen with 2"),
            .i32(0x18, "TypeOfOperation", \.typeOfOperation).called("operationCode").values(AsyncOperation.valueNames),
            .zero(0x1C, 4),
        ])
}

extension ImageLoadAndProcessNotify {
    static let layout = Layout<Self>(
        "ImageLoadAndProcessNotify", .known("memory dumps"),
        empty: ImageLoadAndProcessNotify(currentProcess: .none, sessionId: 0, token: .zero, imageFileName: ""),
        [
            .process(0x20, "ParentProcess", \.parentProcess).leftZeroByLoadImage,
            .process(0x2C, "CurrentProcess", \.currentProcess).required,
            .flag(0x38, "CreateFlag", \.createFlag).leftZeroByLoadImage
                .values([0: "exit", 1: "creation"]),
            .u8(0x39, "ProcessFlags", \.processFlagsLowByte).called("processFlagsLowByte").leftZeroByLoadImage
                .from(.inferred("PRC-9")).note("low byte of ProcessFlags"),
            .zero(0x3A, 10),
            .length(0x44, "FileNameLength", of: "ImageFileName"),
            .offset(0x48, "OffsetToImageFileName", of: "ImageFileName"),
            .u32(0x4C, "SessionId", \.sessionId),
            .length(0x50, "CommandLineLength", of: "CommandLine"),
            .offset(0x54, "OffsetToCommandLine", of: "CommandLine"),
            .u32(0x58, "TokenElevationType", \.token.elevationType).leftZeroByLoadImage
                .values([1: "default", 2: "full", 3: "limited"]),
            .u32(0x5C, "TokenElevation", \.token.elevation).leftZeroByLoadImage,
            .hex32(0x60, "TokenIntegrityLevel", \.token.integrityLevel).leftZeroByLoadImage
                .values([0x1000: "low", 0x2000: "medium", 0x3000: "high", 0x4000: "system"]),
            .zero(0x64, 4),
            .process(0x68, "CreatorProcess", \.creatorProcess).leftZeroByLoadImage,
            .zero(0x74, 4),
            .text("ImageFileName", \.imageFileName).note("of the process; in a LoadImage the loaded image's"),
            .text("CommandLine", \.commandLine).leftZeroByLoadImage,
        ])
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

extension ThreadNotify {
    static let layout = Layout<Self>(
        "ThreadNotify", .known("a memory dump"),
        empty: ThreadNotify(
            currentProcess: .none, currentThreadId: 0, createdThreadProcess: .none,
            createdThread: AuxTidCreationTime(threadId: 0, creationTime: .none), imageFileName: ""),
        [
            .process(0x20, "CurrentProcess", \.currentProcess).required,
            .u32(0x2C, "CurrentThreadId", \.currentThreadId),
            .process(0x30, "CreatedThreadProcess", \.createdThreadProcess).required,
            .thread(0x3C, "CreatedThread", \.createdThread).required.note("its creation time is 0 in the only dump"),
            .text("ImageFileName", \.imageFileName, at: 0x48, terminator: 8)
                .from(.inferred("Size = 0x50 + the name without its NUL; the one dump also fits rounding up to 8"))
                .note("of the creator's process; NUL, then zeros"),
        ])
}

extension Wow64CpuLoadMessage {
    static let layout = Layout<Self>(
        "Wow64CpuLoad", .known("part 2 and the header"),
        empty: Wow64CpuLoadMessage(processId: 0, threadId: 0, wow64CpuImageBase: 0),
        [
            .u32(0x20, "ProcessId", \.processId).required,
            .u32(0x24, "ThreadId", \.threadId),
            .hex64(0x28, "Wow64CpuImageBase", \.wow64CpuImageBase),
        ])
}

extension ObDesktopHandle {
    static let layout = Layout<Self>(
        "ObDesktopHandle", .known("a memory dump"), empty: ObDesktopHandle(process: .none),
        [
            .process(0x20, "Process", \.process).required,
            .u32(0x2C, "ThreadId", \.threadId),
            .u32(0x30, "SessionId", \.sessionId),
            .u8(0x34, "Operation", \.operation).note(
                "`handleOperation` in a CloudEvent, whose `operation` is the message's"
            )
            .values([1: "OB_OPERATION_HANDLE_CREATE", 2: "OB_OPERATION_HANDLE_DUPLICATE"]),
            .u8(0x35, "KernelHandleFlag", \.kernelHandleFlag),
            .zero(0x36, 2),
            .hex32(0x38, "DesiredAccess", \.desiredAccess),
            .text("ObjectName", \.objectName, at: 0x3C),
        ])
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

extension CheckJournal {
    static let layout = Layout<Self>(
        "CheckJournal", .known("the header; no dump"), empty: CheckJournal(),
        [
            .hex32(0x20, "FsControlCode", \.fsControlCode).required,
            .guid(0x24, "VolumeGuid", \.volumeGuid).required,
        ])
}

extension TrustedOrUntrustedProcess {
    static let layout = Layout<Self>(
        "TrustedOrUntrustedProcess", .known("the header; no dump"), empty: TrustedOrUntrustedProcess(),
        [
            .u8(0x20, "UntrustedFlag", \.untrustedFlag).required,
            .zero(0x21, 1),
            .text("ImageFileName", \.imageFileName, at: 0x22).required.atMost(units: maxNameUnits)
                .from(.decided("the header says 15 characters; the message ends with the name's NUL")),
        ])
}

/// Bytes of a type without a published layout.
struct RawData: Sendable {
    var data: [UInt8]

    static let layout = Layout<Self>(
        "raw data", .decided("no layout is published; the bytes are the caller's"), empty: RawData(data: []),
        [.data("Data", \.data, at: 0x20)])
}

/// The header of every asynchronous structure.
struct AsyncHeader: Sendable {
    var size: UInt32 = 0
    var notificationNumber: Int64 = 0
    var sizeOfData: UInt32 = 0
    var refCount: Int32 = 0
    var typeOfOperation: Int32 = 0
}
