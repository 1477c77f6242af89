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

    /// What the pool thread does once the handler has had its turn.
    package enum Settlement {
        case reply(Response)
        case suspend
        /// The daemon closes; the request will not be answered by its handler any more.
        case refuse
        /// The client has gone: the connection ends without an answer.
        case giveUp
    }

    /// What the pool thread does when a consumer or producer has nothing to go on with.
    package enum Pause: Equatable {
        /// `resume()` was called already.
        case goOn
        case suspend
        /// The daemon stops, so that nobody would wake the connection, or the client has gone.
        case giveUp
    }

    /// What an answer leads to.
    struct Acceptance {
        /// Whether the connection is to be resumed.
        var resumes = false
        /// What was kept in case the client goes; to be released outside the lock.
        var unused: [@Sendable () -> Void] = []
    }

    /// What is left of a request that is over; all of it is handled outside the lock.
    struct Remains {
        /// Whether a stop waits for the request.
        var wasAwaited = false
        /// An answer that was not sent.
        var unsent: Response?
        /// What is to run, because the client went before its answer.
        var departures: [@Sendable () -> Void] = []
    }

    private(set) var suspension = Suspension.none
    private var request: UInt64 = 0
    private var isOpen = false
    private var isAnswered = false
    private var answer: Response?
    private var resumedTurn: UInt64 = 0
    /// Whether the client was found to have gone, which ends the connection.
    private var isGone = false
    /// Whether the request is over and was not answered.
    private var isLeft = false
    /// What runs if the client goes before the answer was given.
    private var departures: [@Sendable () -> Void] = []
    /// Whether a stop waits for the open request.
    private(set) var isAwaited = false

    /// The next request of the connection begins; returns its number.
    mutating func open() -> UInt64 {
        request += 1
        isOpen = true
        isAnswered = false
        isLeft = false
        return request
    }

    /// The request is over: what comes for it later is for nobody.
    mutating func finish() -> Remains {
        defer {
            isAwaited = false
            answer = nil
            departures = []
        }
        isLeft = isLeft || isOpen && !isAnswered
        isOpen = false
        isAnswered = true
        return Remains(wasAwaited: isAwaited, unsent: answer, departures: departures)
    }

    /// A stop begins to wait for the open request; false when there is none, or it waits already.
    mutating func beginAwaiting() -> Bool {
        guard isOpen, !isAwaited else { return false }
        isAwaited = true
        return true
    }

    /// Whether an answer to `request` would be taken.
    func expectsAnswer(to request: UInt64) -> Bool {
        isOpen && !isAnswered && !isGone && request == self.request
    }

    /// Takes the answer to `request` unless it has one.
    mutating func accept(_ response: Response, to request: UInt64) -> Acceptance {
        guard expectsAnswer(to: request) else { return Acceptance() }
        isAnswered = true
        answer = response
        defer { departures = [] }
        guard suspension == .forAnswer else { return Acceptance(resumes: false, unused: departures) }
        suspension = .none
        return Acceptance(resumes: true, unused: departures)
    }

    /// Keeps `action` for the case that the client goes before `request` is answered; returns whether it has gone
    /// already, so that the caller runs it.
    mutating func keep(_ action: @escaping @Sendable () -> Void, for request: UInt64) -> Bool {
        guard request == self.request else { return false }
        if isLeft || isGone && !isAnswered { return true }
        if isOpen, !isAnswered { departures.append(action) }
        return false
    }

    /// The client of a suspended connection has gone: the connection is to be resumed, to end, and what is returned is
    /// to run. Nil when nothing is suspended.
    mutating func leave() -> [@Sendable () -> Void]? {
        guard suspension != .none else { return nil }
        suspension = .none
        isGone = true
        defer { departures = [] }
        return departures
    }

    /// Whether `request` is open still.
    func isUnderWay(_ request: UInt64) -> Bool { isOpen && request == self.request }

    /// Whether the connection has not had a request yet.
    var isUnused: Bool { request == 0 }

    /// The request that waits for its answer.
    var unanswered: UInt64? {
        suspension == .forAnswer ? request : nil
    }

    /// The handler has returned, or the connection was resumed.
    mutating func settle(_ stage: Stage) -> Settlement {
        if isGone { return .giveUp }
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
        if isGone { return .giveUp }
        if resumedTurn >= turn { return .goOn }
        guard stage != .closing else { return .giveUp }
        suspension = .forConsumer(turn: turn)
        return .suspend
    }

    /// The producer had nothing in `turn`.
    mutating func pauseProducer(_ turn: UInt64, _ stage: Stage) -> Pause {
        if isGone { return .giveUp }
        if resumedTurn >= turn { return .goOn }
        guard stage == .running else { return .giveUp }
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
