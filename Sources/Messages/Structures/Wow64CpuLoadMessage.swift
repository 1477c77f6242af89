/// The content of a Wow64cpuLoad.
///
/// Driver: `Wow64CpuLoadMessage` (IMG-2).
public struct Wow64CpuLoadMessage: Hashable, Sendable {
    /// The process that loads an image.
    public var processId: UInt32
    /// The thread that loads it.
    public var threadId: UInt32
    /// The address of wow64cpu.dll in the process.
    public var wow64CpuImageBase: UInt64

    /// A message about `processId`.
    public init(processId: UInt32, threadId: UInt32, wow64CpuImageBase: UInt64) {
        self.processId = processId
        self.threadId = threadId
        self.wow64CpuImageBase = wow64CpuImageBase
    }
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
