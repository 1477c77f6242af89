/// Decides when the queued messages are a batch that is due (decision 39).
///
/// One timer runs from the moment when the first message waits until the queue is empty again. Once it has expired, each
/// batch is due, so that no message waits longer than the delay, and a busy queue needs no timers.
struct BatchGathering {
    private enum Phase {
        /// The timer does not run.
        case idle
        /// It runs.
        case gathering(TimedWait<Void>)
        /// It has expired.
        case over
    }

    /// The limits of the engine at the last turn of the worker; nil if it takes messages one by one.
    var limits: BatchLimits?
    private var phase = Phase.idle

    /// The most messages to take at once.
    var most: Int { limits?.maxMessages ?? 1 }

    /// Whether `count` messages, at least one, are to be sent now.
    func isDue(count: Int) -> Bool {
        guard let limits, limits.maxDelay > .zero, count < limits.maxMessages else { return true }
        return if case .over = phase { true } else { false }
    }

    /// Notes that messages wait; returns a timer to start, and its delay.
    mutating func begin() -> (TimedWait<Void>, Duration)? {
        guard case .idle = phase, let limits, limits.maxDelay > .zero else { return nil }
        let timer = TimedWait<Void> { _ in }
        phase = .gathering(timer)
        return (timer, limits.maxDelay)
    }

    /// Notes that `timer` has expired.
    mutating func expire(_ timer: TimedWait<Void>) {
        if case .gathering(let current) = phase, current === timer { phase = .over }
    }

    /// Notes that the messages that wait shall wait no longer; returns a timer to stop.
    mutating func cutShort() -> TimedWait<Void>? {
        guard case .gathering(let timer) = phase else { return nil }
        phase = .over
        return timer
    }

    /// Notes that no messages wait; returns a timer to stop.
    mutating func end() -> TimedWait<Void>? {
        defer { phase = .idle }
        return if case .gathering(let timer) = phase { timer } else { nil }
    }
}

/// A message that the worker has taken from the queue.
struct TakenMessage: Sendable {
    var notification: AsyncNotification
    /// Why it was its turn.
    let choice: WorkerChoice

    var message: EngineMessage { notification.record.message }
}
