/// A connection's current request, as far as threads other than its pool thread take part in it: the answer, and
/// whether the connection is suspended until something comes.
///
/// It decides and does nothing: `Rendezvous` keeps it under a lock and performs what it returns.
struct Exchange {
    /// What a suspended connection waits for.
    enum Suspension: Equatable {
        case none
        case forAnswer
        case forConsumer(turn: UInt64)
        case forProducer(turn: UInt64)
    }

    /// What the pool thread does once the handler has had its turn.
    enum Settlement {
        case reply(Response)
        case suspend
        /// The daemon closes; the request will not be answered by its handler any more.
        case refuse
    }

    /// What the pool thread does when a consumer or producer has nothing to go on with.
    enum Pause: Equatable {
        /// `resume()` was called already.
        case goOn
        case suspend
        /// The daemon stops; nobody would wake the connection.
        case giveUp
    }

    private(set) var suspension = Suspension.none
    private var request: UInt64 = 0
    private var isOpen = false
    private var isAnswered = false
    private var answer: Response?
    private var resumedTurn: UInt64 = 0
    /// Whether a stop waits for the open request.
    private(set) var isAwaited = false

    /// The next request of the connection begins; returns its number.
    mutating func open() -> UInt64 {
        request += 1
        isOpen = true
        isAnswered = false
        return request
    }

    /// The request is over: what comes for it later is for nobody. Returns whether a stop waits for that, and an answer
    /// that was not sent, to be let go of without the lock.
    mutating func finish() -> (wasAwaited: Bool, unsent: Response?) {
        defer {
            isAwaited = false
            answer = nil
        }
        isOpen = false
        isAnswered = true
        return (isAwaited, answer)
    }

    /// A stop begins to wait for the open request; false when there is none, or it waits already.
    mutating func beginAwaiting() -> Bool {
        guard isOpen, !isAwaited else { return false }
        isAwaited = true
        return true
    }

    /// Whether an answer to `request` would be taken.
    func expectsAnswer(to request: UInt64) -> Bool {
        isOpen && !isAnswered && request == self.request
    }

    /// Takes the answer to `request` unless it has one; returns whether the connection is to be resumed.
    mutating func accept(_ response: Response, to request: UInt64) -> Bool {
        guard expectsAnswer(to: request) else { return false }
        isAnswered = true
        answer = response
        guard suspension == .forAnswer else { return false }
        suspension = .none
        return true
    }

    /// The request that waits for its answer.
    var unanswered: UInt64? {
        suspension == .forAnswer ? request : nil
    }

    /// The handler has returned, or the connection was resumed.
    mutating func settle(_ stage: Stage) -> Settlement {
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
        if resumedTurn >= turn { return .goOn }
        guard stage != .closing else { return .giveUp }
        suspension = .forConsumer(turn: turn)
        return .suspend
    }

    /// The producer had nothing in `turn`.
    mutating func pauseProducer(_ turn: UInt64, _ stage: Stage) -> Pause {
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

    /// Wakes a producer, and when the daemon closes a consumer too, to be told that there is no more waiting; returns
    /// whether the connection is to be resumed.
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
