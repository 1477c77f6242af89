import Driver
import HeapModule
import Messages

/// How late the messages of a replay were handed to the engine, on the replay's clock (decision 42).
struct DeliveryTimes: Sendable {
    /// How late one message was.
    struct Lag: Equatable, Sendable {
        /// From the recorded time of its event until it was handed over, in microseconds.
        let microseconds: UInt64
        /// Whether the engine got it, and its process had exited by then.
        let isAfterExit: Bool
    }

    /// A process of a machine, which has a number.
    struct MachineProcess: Hashable, Sendable {
        let machine: Int
        let process: AuxPidCreationTime
    }

    /// The delays of the messages of each type.
    private(set) var delays: [MessageType: DelayDistribution] = [:]
    /// The number of messages that the engine got after their process had exited. Messages that report the exit do not count.
    private(set) var afterExit = 0
    private var exits = RecentMap<MachineProcess, FileTime>(capacity: 65_536)
    /// The recorded time of the latest event of a message.
    private var latestEvent = FileTime.none
    /// When messages were handed over that came after it: never more than had to wait.
    private var arrived = Heap<FileTime>()

    /// Notes the exit of a process.
    mutating func noteExit(of process: MachineProcess, at time: FileTime) { exits.store(time, under: process) }

    /// Notes a message that has ended; nil if it was not handed over, or no recorded event caused it.
    mutating func note(_ record: MessageRecord, _ type: MessageType, of process: MachineProcess?) -> Lag? {
        guard let sent = record.sentAt, let event = record.message.caller?.eventTime else { return nil }
        let microseconds = sent > event ? (sent.ticks - event.ticks) / FileTime.ticksPerMicrosecond : 0
        delays[type, default: DelayDistribution()].add(microseconds)
        if event > latestEvent {
            latestEvent = event
            while let first = arrived.min, first <= event { arrived.removeMin() }
        }
        // What the engine did not get, did not come too late.
        guard record.delivery == .sent else { return Lag(microseconds: microseconds, isAfterExit: false) }
        if sent > latestEvent { arrived.insert(sent) }
        let isAfterExit = type != .async(.createProcess) && process.flatMap { exits[$0] }.map { sent > $0 } ?? false
        if isAfterExit { afterExit += 1 }
        return Lag(microseconds: microseconds, isAfterExit: isAfterExit)
    }

    /// The number of messages that came after `end`, the recorded time of the latest event.
    func count(after end: FileTime?) -> Int {
        guard let end else { return 0 }
        return arrived.unordered.count { $0 > end }
    }
}

extension FileTime {
    /// Ticks of 100 ns in a microsecond.
    fileprivate static let ticksPerMicrosecond: UInt64 = 10
}
