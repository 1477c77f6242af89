/// Receives the outcome of each message of a host.
public protocol DeliveryObserver: Sendable {
    /// A message has ended: it was sent, failed, was not sent, or was dropped.
    ///
    /// Called once per message, without the driver's lock, on the thread that ended it. It must not block.
    func ended(_ record: MessageRecord)
}

/// Messages that have ended, and the observers to notify.
struct Endings: Sendable {
    let records: [MessageRecord]
    let observers: [UInt64: any DeliveryObserver]

    func notify() {
        for record in records {
            for observer in observers.values { observer.ended(record) }
        }
    }
}

extension Driver {
    /// Reports all messages that end from now on to `observer`, until `endObservation` is called with the returned
    /// value.
    public func observe(_ observer: any DeliveryObserver) -> Observation {
        withState { state in
            state.observerCount += 1
            state.observers[state.observerCount] = observer
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
