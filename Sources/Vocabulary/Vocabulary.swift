import Driver
import Messages

/// Every name of the driver's that shows in the API, the docs and the messages: each once.
public enum Vocabulary {
    /// Terms that belong together.
    public struct Group: Sendable {
        /// The member of the group in JSON.
        public let member: String
        /// Its heading in the glossary.
        public let title: String
        /// Its terms, in order of value where they have one.
        public let terms: [Term]
    }

    /// All groups, in the order of the glossary.
    public static let groups = [
        Group(member: "rules", title: "ProcessRules", terms: bits(of: ProcessRules.self)),
        Group(member: "streamContextRules", title: "StreamCtxRules", terms: bits(of: StreamContextRules.self)),
        Group(member: "flags", title: "ProcessFlags", terms: bits(of: ProcessFlags.self)),
        Group(
            member: "syncOperations", title: "Synchronous operations (MP_SYNC_NOTIFICATION)",
            terms: SyncOperation.allCases.map(\.term)),
        Group(
            member: "asyncOperations", title: "Asynchronous operations (MP_ASYNC_NOTIFICATION_OPERATION)",
            terms: AsyncOperation.allCases.map(\.term)),
        Group(member: "statuses", title: "Statuses (NTSTATUS)", terms: statuses),
        Group(member: "routines", title: "Routines", terms: routines),
        Group(member: "counters", title: "Counters", terms: counters),
        Group(member: "structures", title: "Structures", terms: structures),
    ]

    private static func bits<Word: NamedBits>(of word: Word.Type) -> [Term] {
        Word.named.map { bit in
            Term(
                bit.name, driverName: bit.driverName, value: .hex(UInt64(bit.bit)), bit.provenance, bit.meaning)
        }
    }
}

extension SyncOperation {
    fileprivate var term: Term {
        let (provenance, meaning): (Provenance, String) =
            switch self {
            case .newImageLoadPerStream:
                (.known("part 2"), "an image was loaded from a stream whose context asks for it (IMG-4)")
            case .registryEventSync: (.known("parts 2 and 4"), "a registry operation")
            case .newThreadDifferentProcess: (.known("part 2"), "a thread is created in another process (THR-4)")
            case .newImageLoadPerProcess:
                (.known("part 2"), "an image was loaded by a process whose rules ask for it (IMG-4)")
            case .newThreadSameProcess: (.known("part 2"), "a thread is created in its creator's process (THR-3)")
            case .newThreadAndCmdLine:
                (.known("part 2"), "the first thread of a process whose command line was tampered with (TEX-2)")
            }
        return Term(
            name, driverName: self == .newThreadAndCmdLine ? "NewThreadAndCmdLine, NewThreadProcessCmdLine" : name,
            value: .number(Int64(rawValue)), provenance, meaning)
    }
}

extension AsyncOperation {
    fileprivate var term: Term {
        let meaning =
            switch self {
            case .createProcess: "a process was created, or exited (PRC-2, PRC-7)"
            case .registryEvent: "a registry operation"
            case .sendFile: "a file to be looked at"
            case .loadImage: "an image was loaded (IMG-5)"
            case .openProcess: "a handle to a process was opened"
            case .rawVolumeWrite: "a write to a raw volume"
            case .createThread: "a thread was created in another process (THR-4)"
            case .docOpen: "a document was opened"
            case .postMount: "a volume was mounted"
            case .openDesktop: "a handle to a desktop was opened"
            case .panicMode: "the driver is in trouble"
            case .checkJournal: "the change journal of a volume should be checked"
            case .trustedOrUntrustedProcess: "a process became trusted or untrusted"
            case .logPrint: "a line of log"
            case .wow64cpuLoad: "an image was loaded after wow64cpu.dll (IMG-2)"
            case .openWithoutRead: "a file was opened and not read"
            case .folderGuardEvents: "controlled folder access"
            case .dlpOnFileObjectClose: "a file object under data loss prevention was closed"
            }
        return Term(
            name, driverName: self == .folderGuardEvents ? "FolderGuardEvents, EventsWorker" : name,
            value: .number(Int64(rawValue)), .known("part 2"),
            meaning + (isHighPriority ? "; high priority by default (ASY-1)" : ""))
    }
}
