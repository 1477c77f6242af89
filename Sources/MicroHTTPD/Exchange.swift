/// A connection's current request, as far as threads other than its pool thread take part in it: the answer, and
/// whether the connection is suspended until something comes.
///
/// It decides and does nothing: `Rendezvous` keeps it under a lock and performs what it returns.
package struct Exchange {
    /// What a suspended connection waits for.
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
        /// The daemon closes; the request will not be answered by its handler any more.
        case refuse
        /// The client has disconnected: the connection ends without an answer.
        case abort
    }

    /// The next step of the pool thread when a consumer or producer cannot continue.
    package enum Pause: Equatable {
        /// `resume()` was called already.
        case proceed
        case suspend
        /// The daemon stops, so that nothing would wake the connection, or the client has disconnected.
        case abort
    }

    /// What an answer leads to.
    struct Acceptance {
        /// Whether the connection is to be resumed.
        var resumes = false
        /// The actions that were kept in case the client disconnects; to be released outside the lock.
        var unused: [@Sendable () -> Void] = []
    }

    /// What is left of a request that is over; all of it is handled outside the lock.
    struct Remains {
        /// Whether a stop waits for the request.
        var wasAwaited = false
        /// An answer that was not sent.
        var unsent: Response?
        /// The actions to run, because the client disconnected before its answer.
        var disconnectActions: [@Sendable () -> Void] = []
    }

    private(set) var suspension = Suspension.none
    private var request: UInt64 = 0
    private var isOpen = false
    private var isAnswered = false
    private var answer: Response?
    private var resumedTurn: UInt64 = 0
    /// Whether the client was found to have disconnected, which ends the connection.
    private var isDisconnected = false
    /// Whether the request is over and was not answered.
    private var endedUnanswered = false
    /// The actions to run if the client disconnects before the answer is given.
    private var disconnectActions: [@Sendable () -> Void] = []
    /// Whether a stop waits for the open request.
    private(set) var isAwaited = false

    /// The next request of the connection begins; returns its number.
    mutating func open() -> UInt64 {
        request += 1
        isOpen = true
        isAnswered = false
        endedUnanswered = false
        return request
    }

    /// The request is over: what comes for it later is for nobody.
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

    /// A stop begins to wait for the open request; false when there is none, or it waits already.
    mutating func beginAwaiting() -> Bool {
        guard isOpen, !isAwaited else { return false }
        isAwaited = true
        return true
    }

    /// Whether an answer to `request` would be taken.
    func expectsAnswer(to request: UInt64) -> Bool {
        isOpen && !isAnswered && !isDisconnected && request == self.request
    }

    /// Takes the answer to `request` unless it has one.
    mutating func accept(_ response: Response, to request: UInt64) -> Acceptance {
        guard expectsAnswer(to: request) else { return Acceptance() }
        isAnswered = true
        answer = response
        defer { disconnectActions = [] }
        guard suspension == .forAnswer else { return Acceptance(resumes: false, unused: disconnectActions) }
        suspension = .none
        return Acceptance(resumes: true, unused: disconnectActions)
    }

    /// Keeps `action` in case the client disconnects before `request` is answered; returns whether it already has, so that
    /// the caller must run it.
    mutating func addDisconnectAction(_ action: @escaping @Sendable () -> Void, for request: UInt64) -> Bool {
        guard request == self.request else { return false }
        if endedUnanswered || isDisconnected && !isAnswered { return true }
        if isOpen, !isAnswered { disconnectActions.append(action) }
        return false
    }

    /// The client of a suspended connection has disconnected: the caller resumes the connection, which then ends, and runs
    /// the actions that are returned. Nil when nothing is suspended.
    mutating func disconnect() -> [@Sendable () -> Void]? {
        guard suspension != .none else { return nil }
        suspension = .none
        isDisconnected = true
        defer { disconnectActions = [] }
        return disconnectActions
    }

    /// Whether `request` is still open.
    func isInFlight(_ request: UInt64) -> Bool { isOpen && request == self.request }

    /// Whether the connection has not had a request yet.
    var isUnused: Bool { request == 0 }

    /// The request that waits for its answer.
    var unanswered: UInt64? {
        suspension == .forAnswer ? request : nil
    }

    /// The handler has returned, or the connection was resumed.
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

    /// The consumer has not taken everything in `turn`.
    mutating func pauseConsumer(_ turn: UInt64, _ stage: Stage) -> Pause {
        if isDisconnected { return .abort }
        if resumedTurn >= turn { return .proceed }
        guard stage != .closing else { return .abort }
        suspension = .forConsumer(turn: turn)
        return .suspend
    }

    /// The producer had nothing in `turn`.
    mutating func pauseProducer(_ turn: UInt64, _ stage: Stage) -> Pause {
        if isDisconnected { return .abort }
        if resumedTurn >= turn { return .proceed }
        guard stage == .running else { return .abort }
        suspension = .forProducer(turn: turn)
        return .suspend
    }

    /// What was awaited in `turn` has come; returns whether the connection is to be resumed.
    mutating func resume(_ turn: UInt64) -> Bool {
        resumedTurn = max(resumedTurn, turn)
        guard suspension == .forConsumer(turn: turn) || suspension == .forProducer(turn: turn) else { return false }
        suspension = .none
        return true
    }

    /// Wakes a producer when the daemon stops, and a consumer when it closes: neither may wait any more. Returns whether
    /// the connection is to be resumed.
    mutating func wake(_ stage: Stage) -> Bool {
        switch suspension {
        case .forProducer where stage != .running, .forConsumer where stage == .closing:
            suspension = .none
            return true
        case .none, .forAnswer, .forProducer, .forConsumer: return false
        }
    }
}

/// How far a daemon has come.
enum Stage: UInt8 {
    /// Requests come in.
    case running
    /// New requests are refused, bodies that are made while they are sent end; what was begun may be finished.
    case stopping
    /// Nothing waits any more.
    case closing
}
