import Messages

extension EventFeed {
    /// The next input of a feed.
    enum Input: Sendable {
        /// Lines that were read ahead.
        case lines(ReadLines)
        /// No input for now, or no more.
        case end

        var count: Int {
            switch self {
            case .lines(let read): read.lines.count
            case .end: 0
            }
        }
    }

    /// The state of a feed: idle, or busy on some thread.
    struct State {
        /// The next action of `run`.
        enum Step: Sendable {
            case sequence(EventSequence.Step)
            /// Stop, and call `then`.
            case idle(then: (@Sendable () -> Void)?)
        }

        private var sequence: EventSequence
        /// The targets of the sections' events.
        private var targets: [EventTarget?] = []
        /// Answers that arrived while the feed was busy.
        private var answers: [EventSequence.Answer] = []
        private var isBusy = false
        private var isAbandoned = false
        private var resume: (@Sendable () -> Void)?
        private var completion: (@Sendable (FeedReport) -> Void)?

        init(_ options: Options) { sequence = EventSequence(options) }

        /// Begins to consume; false if the feed is busy, which then calls `resume` later.
        mutating func start(_ resume: @escaping @Sendable () -> Void) -> Bool {
            if isAbandoned { return true }
            if isBusy {
                self.resume = resume
                return false
            }
            isBusy = true
            return true
        }

        /// Begins to finish; false if the feed is busy, which then finishes later.
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

        /// The next step, and how far `input` was read. At the end the feed is idle; `resume` is called when it can continue
        /// with the rest of `input`.
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

        /// Pauses until the next `start`, because the time of the consumer is up. False if the feed must not pause.
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

        /// Takes an answer; true if the caller must continue the feed.
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

        /// The target of a section's events.
        func target(of section: Int) -> EventTarget? { section < targets.count ? targets[section] : nil }
    }
}
