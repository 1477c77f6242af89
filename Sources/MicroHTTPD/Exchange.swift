/// The part of a connection's current request that involves other threads than its pool thread: the answer, and whether
/// the connection is suspended.
///
/// Only decides: `Rendezvous` keeps it under a lock and performs the actions that it returns.
package struct Exchange {
    /// The reason why a connection is suspended.
    enum Suspension: Equatable {
        case none
        case forAnswer
        case forConsumer(turn: UInt64)
        case forProducer(turn: UInt64)
    }

    /// The next step of the pool thread after the handler has returned.
    package enum Settlement {
        case reply(Response)
        case suspend
        /// The daemon is closing; the handler can no longer answer the request.
        case refuse
        /// The client has disconnected: the connection ends without an answer.
        case abort
    }

    /// The next step of the pool thread when a consumer or producer cannot continue.
    package enum Pause: Equatable {
        /// `resume()` was called already.
        case proceed
        case suspend
        /// The daemon is stopping, so nothing would wake the connection, or the client has disconnected.
        case abort
    }

    /// The actions to take after an answer.
    struct Acceptance {
        /// Whether to resume the connection.
        var resumes = false
        /// The disconnect actions that are not needed anymore; to be released outside the lock.
        var unused: [@Sendable () -> Void] = []
    }

    /// The leftovers of a finished request, to be handled outside the lock.
    struct Remains {
        /// Whether a stop waits for the request.
        var wasAwaited = false
        /// The answer, if it was not sent.
        var unsent: Response?
        /// The actions to run because the client disconnected before the answer.
        var disconnectActions: [@Sendable () -> Void] = []
    }

    private(set) var suspension = Suspension.none
    private var request: UInt64 = 0
    private var isOpen = false
    private var isAnswered = false
    private var answer: Response?
    private var resumedTurn: UInt64 = 0
    /// Whether the client has disconnected, which ends the connection.
    private var isDisconnected = false
    /// Whether the request ended without an answer.
    private var endedUnanswered = false
    /// The actions to run if the client disconnects before the answer is given.
    private var disconnectActions: [@Sendable () -> Void] = []
    /// Whether a stop waits for the open request.
    private(set) var isAwaited = false

    /// Starts the next request of the connection; returns its number.
    mutating func open() -> UInt64 {
        request += 1
        isOpen = true
        isAnswered = false
        endedUnanswered = false
        return request
    }

    /// Ends the request; later answers are discarded.
    mutating func finish() -> Remains {
        defer {
            isAwaited = false
            answer = nil
            disconnectActions = []
        }
        endedUnanswered = endedUnanswered || isOpen && !isAnswered
        isOpen = false
        isAnswered = true
        return Remains(wasAwaited: isAwaited, unsent: answer, disconnectActions: disconnectActions)
    }

    /// Marks the open request as awaited by a stop; false if there is none, or it is already awaited.
    mutating func beginAwaiting() -> Bool {
        guard isOpen, !isAwaited else { return false }
        isAwaited = true
        return true
    }

    /// Whether an answer to `request` would be accepted.
    func expectsAnswer(to request: UInt64) -> Bool {
        isOpen && !isAnswered && !isDisconnected && request == self.request
    }

    /// Accepts the answer to `request`, unless it was already answered.
    mutating func accept(_ response: Response, to request: UInt64) -> Acceptance {
        guard expectsAnswer(to: request) else { return Acceptance() }
        isAnswered = true
        answer = response
        defer { disconnectActions = [] }
        guard suspension == .forAnswer else { return Acceptance(resumes: false, unused: disconnectActions) }
        suspension = .none
        return Acceptance(resumes: true, unused: disconnectActions)
    }

    /// Keeps `action` in case the client disconnects before `request` is answered. Returns true if the client already has;
    /// then the caller must run the action.
    mutating func addDisconnectAction(_ action: @escaping @Sendable () -> Void, for request: UInt64) -> Bool {
        guard request == self.request else { return false }
        if endedUnanswered || isDisconnected && !isAnswered { return true }
        if isOpen, !isAnswered { disconnectActions.append(action) }
        return false
    }

    /// Marks the client of a suspended connection as disconnected. The caller must resume the connection, which then ends,
    /// and run the returned actions. Nil if the connection is not suspended.
    mutating func disconnect() -> [@Sendable () -> Void]? {
        guard suspension != .none else { return nil }
        suspension = .none
        isDisconnected = true
        defer { disconnectActions = [] }
        return disconnectActions
    }

    /// Whether `request` is still open.
    func isInFlight(_ request: UInt64) -> Bool { isOpen && request == self.request }

    /// Whether the connection has yet to receive a request.
    var isUnused: Bool { request == 0 }

    /// The request that waits for its answer, if any.
    var unanswered: UInt64? {
        suspension == .forAnswer ? request : nil
    }

    /// The next step after the handler has returned or the connection was resumed.
    mutating func settle(_ stage: Stage) -> Settlement {
        if isDisconnected { return .abort }
        if let answer {
            self.answer = nil
            return .reply(answer)
        }
        guard stage != .closing else {
            isAnswered = true
            return .refuse
        }
        suspension = .forAnswer
        return .suspend
    }

    /// Pauses the consumer, which did not consume everything in `turn`.
    mutating func pauseConsumer(_ turn: UInt64, _ stage: Stage) -> Pause {
        if isDisconnected { return .abort }
        if resumedTurn >= turn { return .proceed }
        guard stage != .closing else { return .abort }
        suspension = .forConsumer(turn: turn)
        return .suspend
    }

    /// Pauses the producer, which had nothing to send in `turn`.
    mutating func pauseProducer(_ turn: UInt64, _ stage: Stage) -> Pause {
        if isDisconnected { return .abort }
        if resumedTurn >= turn { return .proceed }
        guard stage == .running else { return .abort }
        suspension = .forProducer(turn: turn)
        return .suspend
    }

    /// Resumes the consumer or producer of `turn`; returns whether to resume the connection.
    mutating func resume(_ turn: UInt64) -> Bool {
        resumedTurn = max(resumedTurn, turn)
        guard suspension == .forConsumer(turn: turn) || suspension == .forProducer(turn: turn) else { return false }
        suspension = .none
        return true
    }

    /// Wakes a producer when the daemon stops, and a consumer when it closes: they must not wait any longer. Returns
    /// whether to resume the connection.
    mutating func wake(_ stage: Stage) -> Bool {
        switch suspension {
        case .forProducer where stage != .running, .forConsumer where stage == .closing:
            suspension = .none
            return true
        case .none, .forAnswer, .forProducer, .forConsumer: return false
        }
    }
}

/// The stage of a daemon's life.
enum Stage: UInt8 {
    /// Requests are served.
    case running
    /// New requests are refused and streamed answers end; other requests in flight may finish.
    case stopping
    /// Nothing may wait any longer.
    case closing
}
