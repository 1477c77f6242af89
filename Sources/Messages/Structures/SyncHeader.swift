/// The header of every synchronous message.
struct SyncHeader: Sendable {
    var totalSize: UInt32 = 0
    var ioPriority = MpIoPriority(ioPriority: 0, threadPriority: 0, pagePriority: 0)
    var typeOfOperation: Int32 = 0
    var currentProcess = AuxPidCreationTime.none
    var sizeOfData: UInt32 = 0
}

extension SyncHeader {
    static let layout = Layout<Self>(
        "SyncMessageData", .inferred("header size 0x30, the prologue of MP_SCAN_FILE, later builds; no dump shows it"),
        empty: SyncHeader(),
        [
            .constant(0x00, 2, "Magic", 0x5D).from(.known("part 2")),
            .constant(0x02, 2, "SizeHeader", 0x30).from(.known("part 2")),
            .u32(0x04, "TotalSize", \.totalSize).from(.known("part 2")),
            .u32(0x08, "IoPriority", \.ioPriority.ioPriority),
            .u32(0x0C, "ThreadPriority", \.ioPriority.threadPriority),
            .u32(0x10, "PagePriority", \.ioPriority.pagePriority),
            .zero(0x14, 4).note("MP_IO_PRIORITY takes 16 bytes here"),
            .i32(0x18, "TypeOfOperation", \.typeOfOperation).called("operationCode").values(SyncOperation.valueNames),
            .process(0x1C, "CurrentProcess", \.currentProcess).called("process"),
            .u32(0x28, "SizeOfData", \.sizeOfData),
            .zero(0x2C, 4),
        ])
}
