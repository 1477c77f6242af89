public import Driver
public import Messages
import Replay

/// Every name of the driver that appears in the API, the docs and the messages, once.
public enum Vocabulary {
    /// A group of related terms.
    public struct Group: Sendable {
        /// The member of the group in JSON.
        public let member: String
        /// Its heading in the glossary.
        public let title: String
        /// A description of its terms, as a sentence for openapi.yaml.
        public let about: String
        /// Its terms, ordered by value if they have one.
        public let terms: [Term]
        /// The schema of its terms in openapi.yaml.
        var schema = "Terms"
    }

    /// The conditions that the routines check, in order.
    public static let conditions = DriverRoutine.allCases.flatMap(\.checks)

    /// All groups, in the order of the glossary. Each is a table of `Messages`, `Driver` or `Replay` (decision 28).
    public static let groups = [
        Group(
            member: "rules", title: "ProcessRules", about: "Bits of ProcessCtx.ProcessRules.",
            terms: ProcessRules.table.map(\.term)),
        Group(
            member: "streamContextRules", title: "StreamCtxRules", about: "Bits of StreamCtx.StreamCtxRules.",
            terms: StreamContextRules.table.map(\.term)),
        Group(
            member: "flags", title: "ProcessFlags", about: "Bits of ProcessCtx.ProcessFlags.",
            terms: ProcessFlags.table.map(\.term)),
        Group(
            member: "syncOperations", title: "Synchronous operations (MP_SYNC_NOTIFICATION)",
            about: "Types of synchronous messages.", terms: SyncOperation.allCases.map(\.term)),
        Group(
            member: "asyncOperations", title: "Asynchronous operations (MP_ASYNC_NOTIFICATION_OPERATION)",
            about: "Types of messages of the asynchronous structure.", terms: AsyncOperation.allCases.map(\.term)),
        Group(
            member: "statuses", title: "Statuses (NTSTATUS)", about: "How a send can end.",
            terms: NTStatus.table.map(\.term)),
        Group(
            member: "routines", title: "Routines", about: "Routines of the driver.",
            terms: DriverRoutine.allCases.map(\.term), schema: "RoutineTerms"),
        Group(
            member: "events", title: "Events", about: "Events of a machine; the types of native lines.",
            terms: DriverEvent.allCases.map(\.term)),
        Group(
            member: "counters", title: "Counters", about: "Paths into Counters; `*` is an operation.",
            terms: SyncCounters.table.map(\.term) + CountersSnapshot.table.map(\.term)),
        Group(
            member: "settings", title: "Settings (MP_CONFIG, MP_DATA)", about: "Members of HostConfig.",
            terms: DriverConfig.table.map(\.term)),
        Group(
            member: "structures", title: "Structures", about: "Structures with the magics they begin with.",
            terms: structures),
    ]
}
