import Locking

/// A step that was started, and what came of it.
struct StepRun: Sendable {
    let number: StepNumber
    let step: Step
    /// The index of its host.
    let host: Int
    /// The newest message of each host when it started.
    let start: [UInt64]
    /// The newest message of each host when it was done.
    var end: [UInt64]
    /// How many messages of its host had come to their end when it was done; nil unless it changes what applies to messages
    /// that are on their way.
    var ended: UInt64?
    /// Its outcome; nil if it was not done, was refused, or only expects.
    var outcome: CallOutcome?
    /// Why its host refused it.
    var refusal: Refusal?

    /// The step as a report refers to it.
    var place: StepPlace {
        StepPlace(step: number.description, id: step.id, line: step.line, rounds: number.iterations)
    }
}

/// The end of a call, which arrives on any thread.
final class PendingCall: Sendable {
    private let result = Locked<Result<CallOutcome, CallFailure>?>(nil)
    let signal = CaseSignal()

    /// Sets the result; the first one counts.
    func finish(_ result: Result<CallOutcome, CallFailure>) {
        self.result.withLock { $0 = $0 ?? result }
        signal.set()
    }

    /// The result; nil while there is none.
    var value: Result<CallOutcome, CallFailure>? { result.withLock { $0 } }
}
