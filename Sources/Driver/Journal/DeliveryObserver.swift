/// Who is told what became of each message of a host.
public protocol DeliveryObserver: Sendable {
    /// A message has come to its end: it was sent, failed, was not sent, or was dropped.
    ///
    /// Called once for each, with no lock of the driver held, on the thread that ended it; it must not block.
    func ended(_ record: MessageRecord)
}

/// Messages that ended, and who is to be told.
struct Endings: Sendable {
    let records: [MessageRecord]
    let observers: [UInt64: any DeliveryObserver]

    func tell() {
        for record in records {
            for observer in observers.values { observer.ended(record) }
        }
    }
}

extension Driver {
    /// Tells `observer` of all messages that end from now on, until `endObservation` of what is returned.
    public func observe(_ observer: any DeliveryObserver) -> Observation {
        withState { state in
            state.observerCount += 1
            state.observers[state.observerCount] = observer
            return Observation(id: state.observerCount)
        }
    }

    /// Who observes is told no more. Ending it twice does nothing.
    public func endObservation(_ observation: Observation) {
        withState { $0.observers[observation.id] = nil }
    }
}

/// That somebody is told of a driver's messages.
public struct Observation: Sendable {
    let id: UInt64
}
