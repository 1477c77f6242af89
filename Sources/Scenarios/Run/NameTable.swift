import Messages

/// The processes, threads and stream contexts of a case, by the names that its steps gave them.
struct NameTable {
    /// A process that a step named.
    struct NamedProcess {
        /// The host it is on.
        let host: String
        /// Pid and creation time; nil if the engine denied it.
        var identity: AuxPidCreationTime?
        /// The step that named it.
        let step: StepNumber
        /// The index of that step among those that were started.
        let index: Int
        /// The step that ended it, if one did.
        var exit: StepNumber?

        /// Whether it is the same process under another name.
        func isSame(as other: NamedProcess?) -> Bool {
            guard let other, identity != nil else { return false }
            return host == other.host && identity == other.identity
        }
    }

    /// A thread that a step named.
    struct NamedThread {
        let host: String
        let processId: UInt32
        let identity: AuxTidCreationTime
        /// The step that ended it, if one did.
        var exit: StepNumber?
    }

    /// A stream context that a step named.
    struct NamedStream {
        let host: String
        let id: UInt64
    }

    /// The identities in the messages about processes that are being created, or that the engine denied.
    var seen: [String: (host: String, identity: AuxPidCreationTime)] = [:]
    /// The host that is looked at: a pid of another host is another process.
    var host: String?
    private(set) var processes: [String: NamedProcess] = [:]
    private(set) var threads: [String: NamedThread] = [:]
    private(set) var streams: [String: NamedStream] = [:]

    mutating func name(_ name: String, _ process: NamedProcess) { processes[name] = process }
    /// Records that `step` ended the process with a pid on `host`, and with it its threads.
    mutating func exit(_ processId: UInt32, on host: String, by step: StepNumber) {
        for (name, process) in processes
        where process.host == host && process.identity?.processId == processId && process.exit == nil {
            processes[name]?.exit = step
        }
        for (name, thread) in threads
        where thread.host == host && thread.processId == processId && thread.exit == nil {
            threads[name]?.exit = step
        }
    }

    /// Records that `step` ended the thread called `name`, the only name that a thread has.
    mutating func exitThread(_ name: String, by step: StepNumber) { threads[name]?.exit = step }

    mutating func name(_ name: String, _ thread: NamedThread) { threads[name] = thread }
    mutating func name(_ name: String, _ stream: NamedStream) { streams[name] = stream }

    /// The process called `name`, as messages show it, if it is on the host that is looked at.
    private func identity(of name: String) -> AuxPidCreationTime? {
        if let process = processes[name], let identity = process.identity {
            return isHere(process.host) ? identity : nil
        }
        return seen[name].flatMap { isHere($0.host) ? $0.identity : nil }
    }

    private func isHere(_ host: String) -> Bool { self.host.map { $0 == host } ?? true }

    /// The host of what is called `name`.
    func host(of name: String) -> String? {
        processes[name]?.host ?? threads[name]?.host ?? streams[name]?.host
    }

    /// The first of the names of a process on a host.
    func name(of process: AuxPidCreationTime, on host: String) -> String? {
        processes.filter { $0.value.host == host && $0.value.identity == process }.keys.min()
            ?? seen.filter { $0.value.host == host && $0.value.identity == process }.keys.min()
    }

    /// Whether `reference` stands for `process`: a name for the same pid and creation time, a number for any with the pid.
    func isProcess(_ reference: Reference, _ process: AuxPidCreationTime) -> Bool {
        switch reference {
        case .id(let processId): process.processId == processId
        case .named(let name): identity(of: name) == process
        }
    }

    /// Whether the process or thread that `reference` stands for has this pid or tid.
    func hasId(_ reference: Reference, _ id: UInt64) -> Bool {
        switch reference {
        case .id(let known): UInt64(known) == id
        case .named(let name):
            (identity(of: name)?.processId ?? threads[name]?.identity.threadId).map { UInt64($0) } == id
        }
    }

    /// Whether `reference` stands for `thread`. In a CreateThread the thread has no creation time yet.
    func isThread(_ reference: Reference, _ thread: AuxTidCreationTime) -> Bool {
        switch reference {
        case .id(let threadId): return thread.threadId == threadId
        case .named(let name):
            guard let named = threads[name], isHere(named.host), named.identity.threadId == thread.threadId else {
                return false
            }
            return thread.creationTime == .none || thread.creationTime == named.identity.creationTime
        }
    }
}
