import Messages

/// The messages of each process of a replay.
struct ProcessDeliveries: Sendable {
    /// The messages about one process.
    struct Entry: Equatable, Sendable {
        /// The process, with the number of its machine.
        let process: DeliveryTimes.MachineProcess
        /// Its image when the latest message was created.
        fileprivate(set) var imageFileName: String?
        /// How many messages there are.
        fileprivate(set) var messages = 0
        /// The number of messages that the engine did not get.
        fileprivate(set) var lost = 0
        /// The number of messages that the engine got after its exit.
        fileprivate(set) var afterExit = 0
        /// The longest delay in microseconds; nil if none was measured.
        fileprivate(set) var longestDelay: UInt64?
    }

    /// The largest number of processes.
    let limit: Int
    private var entries: [Entry] = []
    private var indices: [DeliveryTimes.MachineProcess: Int] = [:]
    /// The index of the previous message's process, which most messages share.
    private var latest: Int?
    /// The number of all messages, of these processes and others.
    private(set) var messages = 0

    init(limit: Int) { self.limit = limit }

    /// Counts a message that has ended.
    mutating func note(
        _ process: DeliveryTimes.MachineProcess?, imageFileName: String?, isLost: Bool, _ lag: DeliveryTimes.Lag?
    ) {
        messages += 1
        guard let process, let index = index(of: process) else { return }
        if let imageFileName { entries[index].imageFileName = imageFileName }
        entries[index].messages += 1
        if isLost { entries[index].lost += 1 }
        guard let lag else { return }
        if lag.isAfterExit { entries[index].afterExit += 1 }
        entries[index].longestDelay = max(lag.microseconds, entries[index].longestDelay ?? 0)
    }

    private mutating func index(of process: DeliveryTimes.MachineProcess) -> Int? {
        if let latest, entries[latest].process == process { return latest }
        guard let index = indices[process] ?? add(process) else { return nil }
        latest = index
        return index
    }

    private mutating func add(_ process: DeliveryTimes.MachineProcess) -> Int? {
        guard entries.count < limit else { return nil }
        indices[process] = entries.count
        entries.append(Entry(process: process))
        return entries.count - 1
    }

    /// The first `limit` processes, those with most lost messages first, then those with most messages.
    func worst(_ limit: Int) -> [Entry] {
        func key(_ entry: Entry) -> (Int, Int, Int) { (-entry.lost, -entry.afterExit, -entry.messages) }
        // Entries are in the order of their first message, which decides between equal ones.
        let sorted = entries.enumerated().sorted { one, other in
            let keys = (key(one.element), key(other.element))
            return keys.0 == keys.1 ? one.offset < other.offset : keys.0 < keys.1
        }
        return sorted.prefix(limit).map(\.element)
    }
}
