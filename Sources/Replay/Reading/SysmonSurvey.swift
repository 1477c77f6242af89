/// Finds the machines that have records of Sysmon, before a recording is replayed: their events of the log Security are skipped
/// then.
///
/// One thread at a time may use it.
public final class SysmonSurvey {
    private let reader = ReadAhead(EventFeed.Options(format: .sysmon))
    /// The machines found so far, in lower case; the first 1000.
    public private(set) var machines: Set<String> = []

    /// A survey that has seen nothing.
    public init() {}

    /// Reads `lines`, which are whole ones.
    public func read(_ lines: UnsafeRawBufferPointer) {
        let found = reader.read(lines).machines.names
        if found.count > machines.count { machines = Set(found) }
    }
}
