public import Driver
import Locking
import Messages

/// The outcomes of the messages of a replay: counts, delays, and the first and the last message of each kind of loss.
///
/// Memory does not grow with a replay: each part has a limit (decision 42).
public final class DeliveryLedger: Sendable {
    /// The numbers of messages of a type, by outcome.
    public struct Ends: Equatable, Sendable {
        /// The engine received them.
        public internal(set) var sent = 0
        /// The send failed.
        public internal(set) var failed = 0
        /// A flag or the semaphore prevented the send.
        public internal(set) var notSent = 0
        /// The queue was full, and newer ones replaced them.
        public internal(set) var dropped = 0

        /// The messages that the engine did not receive.
        public var lost: Int { failed + notSent + dropped }

        /// All messages that have ended.
        public var all: Int { sent + lost }
    }

    private struct State {
        var machines: [String?] = []
        var ends: [MessageType: Ends] = [:]
        var losses: LossList
        var times = DeliveryTimes()
        var processes: ProcessDeliveries
        var queue: QueuePeak?
        /// By the numbers of the machines; the last one is for all further machines.
        var lanes: [MessageLane] = []
    }

    /// The longest queue of a host, and when it was that long.
    struct QueuePeak: Equatable, Sendable {
        let count: Int
        let time: FileTime
    }

    /// Whether the hosts' clocks run like that of the recording.
    let measuresDelays: Bool
    private let lists: Bool
    private let onEnding: (@Sendable (Ending) -> Void)?
    private let state: Locked<State>

    /// The largest number of different losses, and of processes, in a list.
    private static let listLimit = 10_000

    /// An empty ledger.
    ///
    /// - Parameters:
    ///   - measuresDelays: whether the hosts' clocks run like that of the recording, so that delays can be measured.
    ///   - lists: whether losses, processes and the timeline are kept; else messages are only counted.
    ///   - onEnding: called for each message that has ended, on the thread that ended it.
    public init(
        measuresDelays: Bool = false, lists: Bool = true, onEnding: (@Sendable (Ending) -> Void)? = nil
    ) {
        self.measuresDelays = measuresDelays
        self.lists = lists
        self.onEnding = onEnding
        let limit = lists ? DeliveryLedger.listLimit : 0
        state = Locked(State(losses: LossList(limit: limit), processes: ProcessDeliveries(limit: limit)))
    }

    /// The observer for the driver of `machine`.
    public func observer(machine: String?) -> any DeliveryObserver {
        let number = state.withLock { state in
            if let number = state.machines.firstIndex(of: machine) { return number }
            state.machines.append(machine)
            if lists, state.lanes.count < Timeline.mostLanes {
                state.lanes.append(MessageLane(hasRunningClock: measuresDelays, isNative: machine == nil))
            }
            return state.machines.count - 1
        }
        return Observer(ledger: self, machine: machine, number: number)
    }

    private struct Observer: DeliveryObserver {
        let ledger: DeliveryLedger
        let machine: String?
        let number: Int

        func ended(_ record: MessageRecord) { ledger.note(record, after: nil, self) }

        func ended(_ record: MessageRecord, after moment: QueueMoment) { ledger.note(record, after: moment, self) }

        func queueChanged(_ moment: QueueMoment) {
            ledger.state.withLock { ledger.note(moment, self, in: &$0) }
        }

        func exited(_ process: AuxPidCreationTime, at time: FileTime) {
            ledger.noteExit(of: DeliveryTimes.MachineProcess(machine: number, process: process), at: time)
        }
    }

    private func note(_ moment: QueueMoment, _ observer: Observer, in state: inout State) {
        // The queues of several machines are not one.
        if lists, observer.number < Timeline.mostLanes - 1 { state.lanes[observer.number].note(moment) }
        let (peak, since) = (state.queue?.count ?? 0, state.queue?.time ?? .none)
        if moment.most > peak || moment.most == peak && moment.time < since {
            state.queue = QueuePeak(count: moment.most, time: moment.time)
        }
    }

    private func noteExit(of process: DeliveryTimes.MachineProcess, at time: FileTime) {
        if measuresDelays { state.withLock { $0.times.noteExit(of: process, at: time) } }
    }

    private func note(_ record: MessageRecord, after moment: QueueMoment?, _ observer: Observer) {
        guard record.delivery.isFinal else { return }
        let type = MessageType(of: record.message)
        let process = record.message.process.map {
            DeliveryTimes.MachineProcess(machine: observer.number, process: $0)
        }
        let reason = Loss.Reason(record)
        let lag = state.withLock { state -> DeliveryTimes.Lag? in
            if let moment { note(moment, observer, in: &state) }
            state.ends[type, default: Ends()].count(record.delivery)
            if let reason { state.losses.note(record.message, type, reason, machine: observer.machine) }
            if lists { state.lanes[min(observer.number, Timeline.mostLanes - 1)].note(record, reason) }
            let lag = measuresDelays ? state.times.note(record, type, of: process) : nil
            state.processes.note(
                process, imageFileName: record.message.imageFileName?.text, isLost: reason != nil, lag)
            return lag
        }
        onEnding?(
            Ending(
                record: record, machine: observer.machine, reason: reason, delay: lag?.microseconds,
                isAfterExit: lag?.isAfterExit ?? false))
    }

    // MARK: Results

    /// The outcomes of the messages of each type.
    public var ends: [MessageType: Ends] { state.withLock { $0.ends } }

    /// The losses, earliest first, at most 10,000.
    public var losses: [Loss] { state.withLock { $0.losses }.sorted }

    /// The number of lost messages that are not in `losses`, because there were too many kinds.
    public var unlisted: Int { state.withLock { $0.losses.unlisted } }

    /// The delays of the messages of each type that were handed to the engine.
    var delays: [MessageType: DelayDistribution] { state.withLock { $0.times.delays } }

    /// The longest queue of a host; nil if nothing was queued.
    var queue: QueuePeak? { state.withLock { $0.queue } }

    /// The messages and the queue of each machine over time; beyond the most lanes, those of all further machines together.
    var lanes: [(machine: String?, lane: MessageLane)] {
        state.withLock { state in Array(zip(state.machines, state.lanes)) }
    }

    /// The numbers of messages that the engine got after the exit of their process, and after `end` of the recording.
    func late(after end: FileTime?) -> (afterExit: Int, afterEnd: Int) {
        state.withLock { ($0.times.afterExit, $0.times.count(after: end)) }
    }

    /// The first `limit` processes, each with its machine, those with most lost messages first; and the number of messages of
    /// others.
    func processes(_ limit: Int) -> (listed: [(machine: String?, messages: ProcessDeliveries.Entry)], unlisted: Int) {
        let (processes, machines) = state.withLock { ($0.processes, $0.machines) }
        let listed = processes.worst(limit)
        return (
            listed.map { (machines[$0.process.machine], $0) },
            listed.reduce(processes.messages) { $0 - $1.messages }
        )
    }
}

extension DeliveryLedger.Ends {
    /// Adds the numbers of `other`.
    mutating func add(_ other: DeliveryLedger.Ends) {
        sent += other.sent
        failed += other.failed
        notSent += other.notSent
        dropped += other.dropped
    }

    /// Counts a message with this outcome.
    mutating func count(_ delivery: MessageRecord.Delivery) {
        switch delivery {
        case .sent: sent += 1
        case .failed: failed += 1
        case .notSent: notSent += 1
        case .dropped: dropped += 1
        case .queued, .inHand: break
        }
    }
}
