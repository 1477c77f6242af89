/// What OpenDesktop tells: a handle to a desktop is opened.
///
/// Driver: `ObDesktopHandleMessage`, filled by `MpObHandleOpenDesktopCallback`.
public struct ObDesktopHandle: Hashable, Sendable {
    /// The process that opens the handle.
    public var process: AuxPidCreationTime
    /// The thread that does.
    public var threadId: UInt32 = 0
    /// The terminal session.
    public var sessionId: UInt32 = 0
    /// OB_OPERATION: 1 create, 2 duplicate.
    public var operation: UInt8 = 0
    /// Whether it is a kernel handle.
    public var kernelHandleFlag: UInt8 = 0
    /// The access that is asked for.
    public var desiredAccess: UInt32 = 0
    /// The desktop's name.
    public var objectName = ""

    /// A handle that `process` opens; what is not given is 0.
    public init(process: AuxPidCreationTime) { self.process = process }
}
