/// The content of an OpenDesktop: a handle to a desktop is opened.
///
/// Driver: `ObDesktopHandleMessage`, filled by `MpObHandleOpenDesktopCallback`.
public struct ObDesktopHandle: Hashable, Sendable {
    /// The process that opens the handle.
    public var process: AuxPidCreationTime
    /// The thread that opens it.
    public var threadId: UInt32 = 0
    /// The terminal session.
    public var sessionId: UInt32 = 0
    /// 0 create, 1 duplicate: one less than OB_OPERATION (COR-2).
    public var operation: UInt8 = 0
    /// Whether it is a kernel handle.
    public var kernelHandleFlag: UInt8 = 0
    /// The requested access.
    public var desiredAccess: UInt32 = 0
    /// The desktop's name.
    public var objectName: UnicodeString = ""

    /// A handle that `process` opens; values that are not given are 0.
    public init(process: AuxPidCreationTime) { self.process = process }
}

extension ObDesktopHandle {
    static let layout = Layout<Self>(
        "ObDesktopHandle", .known("a memory dump"), empty: ObDesktopHandle(process: .none),
        [
            .process(0x20, "Process", \.process).required,
            .u32(0x2C, "ThreadId", \.threadId),
            .u32(0x30, "SessionId", \.sessionId),
            .u8(0x34, "Operation", \.operation).called("handleOperation", formerly: "operation")
                .values([0: "OB_OPERATION_HANDLE_CREATE", 1: "OB_OPERATION_HANDLE_DUPLICATE"]),
            .u8(0x35, "KernelHandleFlag", \.kernelHandleFlag),
            .zero(0x36, 2),
            .hex32(0x38, "DesiredAccess", \.desiredAccess),
            .text("ObjectName", \.objectName, at: 0x3C),
        ])
}
