import Messages

extension EventFeed {
    /// Where the feed stands: idle, busy on some thread, or parked until a call is answered.
    struct State {
        /// What `run` is to do.
        enum Step: Sendable {
            case decide([UInt32])
            case awaitRoom
            case call(DriverCall, at: FileTime?)
            /// Nothing; tell who waits for that.
            case idle(then: (@Sendable () -> Void)?)
        }

        private enum Call {
            case none
            case underWay
            case answered(DriverCall.Outcome)
            /// The thread that made it has gone on to other things.
            case parked
        }

        var sequence: EventSequence
        private var call = Call.none
        private var isBusy = false
        private var isAbandoned = false
        private var resume: (@Sendable () -> Void)?
        private var completion: (@Sendable (EventsReport) -> Void)?

        init(sequence: EventSequence) { self.sequence = sequence }

        /// Begins to consume; false while the feed is busy, and then it calls `resume`.
        mutating func start(_ resume: @escaping @Sendable () -> Void) -> Bool {
            if isBusy, !isAbandoned {
                self.resume = resume
                return false
            }
            isBusy = true
            return true
        }

        /// Begins to finish; false while the feed is busy, and then it finishes afterwards.
        mutating func finish(_ completion: @escaping @Sendable (EventsReport) -> Void) -> Bool {
            if isAbandoned { return false }
            self.completion = completion
            defer { isBusy = true }
            return !isBusy
        }

        mutating func abandon() {
            isAbandoned = true
            (resume, completion) = (nil, nil)
        }

        /// What comes next, and how far `bytes` were read. At the end the feed is idle.
        mutating func next(in bytes: UnsafeRawBufferPointer, from start: Int) -> (Step, end: Int) {
            if isAbandoned { return (idle(nil), bytes.count) }
            var offset = start
            let step = next(in: bytes, from: &offset)
            return (step, offset)
        }

        private mutating func next(in bytes: UnsafeRawBufferPointer, from offset: inout Int) -> Step {
            switch sequence.next(in: bytes, from: &offset, isComplete: completion != nil) {
            case .decide(let processIds): return .decide(processIds)
            case .awaitRoom:
                call = .underWay
                return .awaitRoom
            case .call(let call, let time):
                self.call = .underWay
                return .call(call, at: time)
            case .starved: return idle(resume)
            case .over:
                let (completion, report) = (completion, sequence.report)
                return idle { completion?(report) }
            }
        }

        private mutating func idle(_ then: (@Sendable () -> Void)?) -> Step {
            isBusy = false
            (resume, completion) = (nil, nil)
            return .idle(then: then)
        }

        /// After a call was made: true when its answer has yet to come. Then somebody else will go on, and call `resume`,
        /// or what was to be called already: an event may wait more than once.
        mutating func park(_ resume: (@Sendable () -> Void)?) -> Bool {
            guard case .answered(let outcome) = call else {
                call = .parked
                if !isAbandoned, let resume { self.resume = resume }
                return true
            }
            call = .none
            sequence.take(outcome)
            return false
        }

        /// The answer to the call; true when it is the caller who has to go on.
        mutating func answer(_ outcome: DriverCall.Outcome) -> Bool {
            guard case .parked = call else {
                call = .answered(outcome)
                return false
            }
            call = .none
            sequence.take(outcome)
            return true
        }
    }
}
