public import Messages

/// Receives the ends of a host's messages, the peaks of its queue, and the exits of its processes.
///
/// Called without the driver's lock, on the thread that caused the change. It must not block.
public protocol DeliveryObserver: Sendable {
    /// A message has ended: it was sent, failed, was not sent, or was dropped. Called once per message.
    func ended(_ record: MessageRecord)

    /// At `time`, on the host's clock, the queue holds `count` messages: more than before since the last observer was added.
    func queueGrew(to count: Int, at time: FileTime)

    /// A process exited at `time`, on the host's clock. The message about its exit is created after that.
    func exited(_ process: AuxPidCreationTime, at time: FileTime)
}

extension DeliveryObserver {
    /// Does nothing.
    public func queueGrew(to count: Int, at time: FileTime) {}

    /// Does nothing.
    public func exited(_ process: AuxPidCreationTime, at time: FileTime) {}
}

/// A change that observers are notified of.
enum ObservedChange: Sendable {
    case ended(MessageRecord)
    case queueGrew(to: Int, at: FileTime)
    case exited(AuxPidCreationTime, at: FileTime)

    fileprivate func notify(_ observer: any DeliveryObserver) {
        switch self {
        case .ended(let record): observer.ended(record)
        case .queueGrew(let count, let time): observer.queueGrew(to: count, at: time)
        case .exited(let process, let time): observer.exited(process, at: time)
        }
    }
}

/// Changes in order, and the observers to notify.
struct ObservedChanges: Sendable {
    let changes: [ObservedChange]
    let observers: [UInt64: any DeliveryObserver]

    func notify() {
        for change in changes {
            for observer in observers.values { change.notify(observer) }
        }
    }
}

extension DriverState {
    /// Notes a message that has ended, for the observers.
    mutating func observeEnd(of record: MessageRecord) {
        if !observers.isEmpty { observed.append(.ended(record)) }
    }

    /// Notes the length of the queue, for the observers, if it is larger than before.
    mutating func observeQueue(at now: FileTime) {
        guard !observers.isEmpty, queue.notificationsCount > observedQueueCount else { return }
        observedQueueCount = queue.notificationsCount
        observed.append(.queueGrew(to: observedQueueCount, at: now))
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
            state.observedQueueCount = 0
            return Observation(id: state.observerCount)
        }
    }

    /// Stops reporting to the observer. Ending an observation twice does nothing.
    public func endObservation(_ observation: Observation) {
        withState { $0.observers[observation.id] = nil }
    }
}

/// The registration of an observer with a driver.
public struct Observation: Sendable {
    let id: UInt64
}
