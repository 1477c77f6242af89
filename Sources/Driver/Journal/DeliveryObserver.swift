public import Messages

/// Receives the ends of a host's messages, the changes of its queue, and the exits of its processes.
///
/// Called without the driver's lock, on the thread that caused the change. It must not block.
public protocol DeliveryObserver: Sendable {
    /// A message has ended: it was sent, failed, was not sent, or was dropped. Called once per message.
    func ended(_ record: MessageRecord)

    /// The queue changed at a moment of the host's clock. Called when a message has ended, or after a number of moments, in order.
    func queueChanged(_ moment: QueueMoment)

    /// Both at once, first the moment of the queue: what most messages cause.
    func ended(_ record: MessageRecord, after moment: QueueMoment)

    /// A process exited at `time`, on the host's clock. The message about its exit is created after that.
    func exited(_ process: AuxPidCreationTime, at time: FileTime)
}

extension DeliveryObserver {
    /// Does nothing.
    public func queueChanged(_ moment: QueueMoment) {}

    /// Calls the functions for both.
    public func ended(_ record: MessageRecord, after moment: QueueMoment) {
        queueChanged(moment)
        ended(record)
    }

    /// Does nothing.
    public func exited(_ process: AuxPidCreationTime, at time: FileTime) {}
}

/// A change that observers are notified of.
enum ObservedChange: Sendable {
    case ended(MessageRecord)
    case exited(AuxPidCreationTime, at: FileTime)

    fileprivate func notify(_ observer: any DeliveryObserver) {
        switch self {
        case .ended(let record): observer.ended(record)
        case .exited(let process, let time): observer.exited(process, at: time)
        }
    }
}

/// Changes in order, and the observers to notify. An object, so that a call without any passes on a pointer.
final class ObservedChanges: Sendable {
    private let changes: [ObservedChange]
    private let queue: ObservedQueue
    private let observers: [UInt64: any DeliveryObserver]

    init(_ changes: [ObservedChange], _ queue: ObservedQueue, for observers: [UInt64: any DeliveryObserver]) {
        (self.changes, self.queue, self.observers) = (changes, queue, observers)
    }

    func notify() {
        for observer in observers.values {
            if changes.count == 1, case .ended(let record) = changes[0], let moment = queue.onlyMoment {
                observer.ended(record, after: moment)
                continue
            }
            queue.notify(observer)
            for change in changes { change.notify(observer) }
        }
    }
}

extension DriverState {
    /// Notes a message that has ended, for the observers.
    mutating func observeEnd(of record: MessageRecord) {
        if !observers.isEmpty { observed.append(.ended(record)) }
    }

    /// Notes the length of the queue, for the observers, after a message of `event` was added or messages were taken.
    mutating func observeQueue(at now: FileTime, after event: FileTime? = nil) {
        if observers.isEmpty { return }
        observedQueue.note(highPriority: queue.highPriority.count, normal: queue.normal.count, at: now, after: event)
    }

    /// Notes the exit of a process, for the observers.
    mutating func observeExit(of process: AuxPidCreationTime, at now: FileTime) {
        if !observers.isEmpty { observed.append(.exited(process, at: now)) }
    }
}

extension Driver {
    /// Reports all changes from now on to `observer`, until `endObservation` is called with the returned value.
    public func observe(_ observer: any DeliveryObserver) -> Observation {
        withState { state in
            state.observerCount += 1
            state.observers[state.observerCount] = observer
            return Observation(id: state.observerCount)
        }
    }

    /// Stops reporting to the observer. Ending an observation twice does nothing.
    public func endObservation(_ observation: Observation) {
        withState { $0.observedQueue.isDue = true }
        withState { $0.observers[observation.id] = nil }
    }
}

/// The registration of an observer with a driver.
public struct Observation: Sendable {
    let id: UInt64
}
