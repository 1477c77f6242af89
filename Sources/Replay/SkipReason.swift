/// Why a line of a recording is not applied. The raw values are those of the API; reports explain them in this order.
public enum SkipReason: String, CaseIterable, Sendable {
    /// Event 10: the model has no handle callbacks.
    case processOpen = "process-open"
    /// Events 12 to 14: the model has no registry callbacks.
    case registry
    /// A Sysmon event id without a corresponding event of the driver.
    case unmappedEvent = "unmapped-event"
    /// Of another channel than Microsoft-Windows-Sysmon/Operational.
    case otherChannel = "other-channel"
    /// An object that names neither a channel nor a provider.
    case unknownShape = "unknown-shape"
    /// Event 4688 or 4689 of a machine that has records of Sysmon, which say more.
    case sysmonHasIt = "sysmon-has-it"
    /// Of another machine than the one that is replayed.
    case otherMachine = "other-machine"
    /// It names a process whose creation the engine denied.
    case denied
    /// It names a process after its exit.
    case afterExit = "after-exit"
    /// It follows the exit of a process that it names, but is dated before it.
    case datedBeforeExit = "dated-before-exit"
    /// A creation of a process that already exists.
    case alreadyCreated = "already-created"
    /// No record has the pid of its ProcessGuid.
    case pidUnresolved = "pid-unresolved"
    /// Its ProcessGuid is all zero, and no live process has the pid.
    case noContext = "no-context"
    /// Of a machine for which no host could be created.
    case noHost = "no-host"
    /// Of a host that was removed while the recording was applied.
    case hostRemoved = "host-removed"

    /// The lines that are skipped for it, as a phrase that follows their number.
    public var explanation: String {
        switch self {
        case .processOpen: "records of opened processes (event 10): the model has no handle callbacks"
        case .registry: "records of registry operations (events 12 to 14): the model has no registry callbacks"
        case .unmappedEvent: "records of other Sysmon events: no routine corresponds to them"
        case .otherChannel: "records of other channels"
        case .unknownShape: "objects that are not records of an event log"
        case .sysmonHasIt: "events 4688 and 4689 of machines that have records of Sysmon"
        case .otherMachine: "records of other machines"
        case .denied: "records that name a process whose creation the engine denied"
        case .afterExit: "records that name a process after its exit"
        case .datedBeforeExit: "records that follow the exit of a process that they name, but are dated before it"
        case .alreadyCreated: "creations of processes that already existed"
        case .pidUnresolved: "records whose ProcessGuid has no pid in any other record"
        case .noContext: "records without a ProcessGuid whose pid no live process has"
        case .noHost: "records of machines for which no more hosts could be created"
        case .hostRemoved: "records of hosts that were removed during the replay"
        }
    }
}
