import Messages

/// The values of a process context that in nearly all contexts are absent or follow from other values.
struct RareValues: Hashable, Sendable {
    /// The current command line, if it is not the captured one.
    var currentCommandLine: UnicodeString?
    /// The creator, if it is not the parent.
    var creator: AuxPidCreationTime?
    /// The address of wow64cpu.dll, once it was loaded.
    var wow64CpuImageBase: UInt64?

    /// Keeps values apart from their context, so that contexts without any take less memory.
    indirect enum Box: Hashable, Sendable {
        case values(RareValues)
    }
}
