/// The header of every asynchronous structure.
struct AsyncHeader: Sendable {
    var size: UInt32 = 0
    var notificationNumber: Int64 = 0
    var sizeOfData: UInt32 = 0
    var refCount: Int32 = 0
    var typeOfOperation: Int32 = 0
}

extension AsyncHeader {
    static let layout = Layout<Self>(
        "AsyncMessageData", .known("memory dumps"), empty: AsyncHeader(),
        [
            .constant(0x00, 4, "Magic", 0x0002_015D),
            .u32(0x04, "Size", \.size).called("totalSize").note("the whole message"),
            .i64(0x08, "NotificationNumber", \.notificationNumber).note("0 for types from 0xA on (ASY-2)"),
            .u32(0x10, "SizeOfData", \.sizeOfData).note("Size - 8; 0x70 in a Wow64cpuLoad, a mistake in the driver"),
            .i32(0x14, "RefCount", \.refCount).note("1 when built; a queued message has been seen with 2"),
            .i32(0x18, "TypeOfOperation", \.typeOfOperation).called("operationCode").values(AsyncOperation.valueNames),
            .zero(0x1C, 4),
        ])
}
