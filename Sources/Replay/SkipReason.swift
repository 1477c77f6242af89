/// Why a line of a recording is not applied. The raw values are those of the API.
public enum SkipReason: String, CaseIterable, Sendable {
    /// Of another channel than Microsoft-Windows-Sysmon/Operational, or of none.
    case otherChannel = "other-channel"
    /// Of a machine for which no host could be created.
    case noHost = "no-host"
    /// Of a host that was removed while the recording was applied.
    case hostRemoved = "host-removed"
    /// Of another machine than the one that is replayed.
    case otherMachine = "other-machine"
    /// A Sysmon event id without a corresponding event of the driver.
    case unmappedEvent = "unmapped-event"
    /// Event 10: the model has no handle callbacks.
    case processOpen = "process-open"
    /// Events 12 to 14: the model has no registry callbacks.
    case registry
    /// It names a process after its exit.
    case afterExit = "after-exit"
    /// No record has the pid of its ProcessGuid.
    case pidUnresolved = "pid-unresolved"
    /// Its ProcessGuid is all zero, and no live process has the pid.
    case noContext = "no-context"
    /// A creation of a process that already exists.
    case alreadyCreated = "already-created"
    /// It names a process whose creation the engine denied.
    case denied
}
