import Messages

extension EventFeed {
    /// What an upload consists of.
    enum Input: Sendable {
        /// A piece of it.
        case bytes(BorrowedBytes)
        /// Lines that were read already.
        case lines(ReadLines)
        /// Nothing more for now, or ever.
        case end

        var count: Int {
            switch self {
            case .bytes(let piece): piece.bytes.count
            case .lines(let read): read.lines.count
            case .end: 0
            }
        }
    }

    /// Where the feed stands: idle, or busy on some thread.
    struct State {
        /// What `run` is to do.
        enum Step: Sendable {
            case sequence(EventSequence.Step)
            /// Nothing; tell who waits for that.
            case idle(then: (@Sendable () -> Void)?)
        }

        private var sequence: EventSequence
        /// Where the events of the sections go.
        private var targets: [EventTarget?] = []
        /// What came while the feed was busy.
        private var answers: [EventSequence.Answer] = []
        private var isBusy = false
        private var isAbandoned = false
        private var resume: (@Sendable () -> Void)?
        private var completion: (@Sendable (FeedReport) -> Void)?

        init(_ options: Options) { sequence = EventSequence(options) }

        /// Begins to consume; false while the feed is busy, and then it calls `resume`.
        mutating func start(_ resume: @escaping @Sendable () -> Void) -> Bool {
            if isAbandoned { return true }
            if isBusy {
                self.resume = resume
                return false
            }
            isBusy = true
            return true
        }

        /// Begins to finish; false while the feed is busy, and then it finishes afterwards.
        mutating func finish(_ completion: @escaping @Sendable (FeedReport) -> Void) -> Bool {
            if isAbandoned { return false }
            self.completion = completion
            defer { isBusy = true }
            return !isBusy
        }

        mutating func abandon() {
            isAbandoned = true
            (resume, completion) = (nil, nil)
        }

        mutating func begin(part: String) { sequence.begin(part: part) }

        /// What comes next, and how far `input` was read. At the end the feed is idle; `resume` is called when it can go on
        /// with what is left of `input`.
        mutating func next(
            in input: Input, from start: Int, _ resume: (@Sendable () -> Void)?
        ) -> (Step, end: Int) {
            if isAbandoned { return (idle(nil), input.count) }
            for answer in answers { sequence.take(answer) }
            answers.removeAll(keepingCapacity: true)
            var offset = start
            let step = sequence.next(in: input, from: &offset, isComplete: completion != nil)
            switch step {
            case .pending:
                isBusy = false
                if offset < input.count { self.resume = resume }
                return (.idle(then: nil), offset)
            case .starved: return (idle(self.resume), offset)
            case .over:
                let (completion, report) = (completion, sequence.report)
                return (idle { completion?(report) }, offset)
            default: return (.sequence(step), offset)
            }
        }

        /// The consumer's time is up; the next `start` continues. False when the feed is over anyway.
        mutating func pause() -> Bool {
            if isAbandoned || completion != nil { return false }
            isBusy = false
            return true
        }

        private mutating func idle(_ then: (@Sendable () -> Void)?) -> Step {
            isBusy = false
            (resume, completion) = (nil, nil)
            return .idle(then: then)
        }

        /// Takes an answer; true when it is the caller who has to go on.
        mutating func answer(_ answer: EventSequence.Answer) -> Bool {
            answers.append(answer)
            if isBusy { return false }
            isBusy = true
            return true
        }

        mutating func decide(_ live: LiveProcesses) { sequence.decide(live) }

        mutating func take(_ target: EventTarget?, of section: Int) {
            while targets.count <= section { targets.append(nil) }
            targets[section] = target
            sequence.resolveHost(isFound: target != nil)
        }

        /// Where the events of a section go.
        func target(of section: Int) -> EventTarget? { section < targets.count ? targets[section] : nil }
    }
}
