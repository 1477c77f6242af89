import Driver

/// The changes of the bits of processes' rules and flags on one host, by the steps and the messages of a case.
///
/// The driver keeps no history. This one is made for an explanation, beside the driver.
struct WordHistory {
    /// A word of a process.
    enum Word {
        case rules, flags
    }

    /// When something happened: in which step, and behind which message.
    struct Moment: Comparable {
        /// The index of the step that had begun last.
        let step: Int
        /// The newest message then; 0 for what the step itself did.
        var message: UInt64 = 0

        static func < (one: Moment, other: Moment) -> Bool {
            (one.step, one.message) < (other.step, other.message)
        }
    }

    /// A change of a word.
    struct Event {
        let moment: Moment
        let processId: UInt32
        let word: Word
        /// The bits that it set and cleared: those that were otherwise before.
        var set: UInt32
        var cleared: UInt32
        /// The bits that are known to be clear from then on, though nothing cleared them: those of a new process.
        var absent: UInt32 = 0
        /// The bits that are known to be set from then on, though it did not set them: those of a new process's image (PRC-9).
        var present: UInt32 = 0
        /// Whether it set the whole word: it is the reason for each bit that is set, whatever was set before.
        var isWhole = false
        /// The bits that it cleared and that are known to have been set.
        var lost: UInt32 = 0
        let cause: Cause
    }

    /// The life of a process.
    struct Life {
        let processId: UInt32
        let created: Moment
        var exited: (step: Int, place: StepPlace)?
    }

    /// A count of CreateThreadNotifyLock: of a process that was created (PRC-5), or was checked (TEX-2).
    struct LockEvent {
        let step: Int
        let processId: UInt32
        let isCounted: Bool
        let place: StepPlace
    }

    /// In the order in which they happened.
    private(set) var events: [Event] = []
    private(set) var lives: [Life] = []
    var locks: [LockEvent] = []

    /// The record of a recording before which events of its own step count; nil if they do not.
    private var record: Int?

    /// The history up to a record of a recording, as its own step sees it.
    func before(_ record: Int?) -> WordHistory {
        var history = self
        history.record = record
        return history
    }

    private func isEarlier(_ step: Int, _ place: StepPlace?, than index: Int) -> Bool {
        if step != index { return step < index }
        guard let record, let place = place?.record else { return false }
        return place < record
    }

    /// The number of the last event before the step `index` that set the bit (or cleared it, if `isSet` is false).
    func last(_ bit: UInt32, isSet: Bool, in word: Word, of processId: UInt32, before index: Int) -> Int? {
        let born = life(of: processId, in: index)?.created ?? Moment(step: 0)
        return events.lastIndex { event in
            event.processId == processId && event.word == word && event.moment >= born
                && isEarlier(event.moment.step, event.cause.place, than: index)
                && (isSet ? event.set : event.cleared) & bit != 0
        }
    }

    /// The first event from the step `index` on that sets the bit.
    func later(_ bit: UInt32, in word: Word, of processId: UInt32, from index: Int) -> Event? {
        events.first { $0.processId == processId && $0.word == word && $0.moment.step >= index && $0.set & bit != 0 }
    }

    /// The process that has the pid in the step `index`, or had it last.
    func life(of processId: UInt32, in index: Int) -> Life? {
        lives.last { $0.processId == processId && $0.created.step <= index }
    }

    /// The change by the engine's reply to the creation of the process that has the pid in the step `index`; nil without one.
    func reply(setting word: Word, of processId: UInt32, in index: Int) -> Event? {
        guard let life = life(of: processId, in: index) else { return nil }
        return events.first { event in
            event.processId == processId && event.word == word && event.cause.kind == .reply
                && event.cause.message == life.created.message
        }
    }

    /// Whether a step set the whole word of a process since its creation.
    func isSetByStep(_ word: Word, of life: Life) -> Bool {
        events.contains { event in
            event.processId == life.processId && event.word == word && event.isWhole && event.cause.kind == .step
                && event.moment >= life.created
        }
    }

    /// The last count of the lock before the step `index` that meets `condition`.
    func lastLock(before index: Int, where condition: (LockEvent) -> Bool) -> LockEvent? {
        locks.last { isEarlier($0.step, $0.place, than: index) && condition($0) }
    }

    /// Whether the process that has the pid in the step `index` was counted into the lock when it was created.
    func isCounted(_ processId: UInt32, before index: Int) -> Bool {
        let born = life(of: processId, in: index)?.created.step ?? 0
        return lastLock(before: index) { $0.processId == processId && $0.isCounted && $0.step >= born } != nil
    }

    mutating func add(_ event: Event) { events.append(event) }

    mutating func create(_ processId: UInt32, at moment: Moment) {
        lives.append(Life(processId: processId, created: moment, exited: nil))
    }

    mutating func exit(_ processId: UInt32, at step: Int, _ place: StepPlace) {
        guard let index = lives.lastIndex(where: { $0.processId == processId && $0.exited == nil }) else { return }
        lives[index].exited = (step, place)
    }
}

extension WordHistory {
    /// The known bits of a word.
    private struct Known {
        /// The bits whose values are known, and those that are set.
        var mask: UInt32 = 0
        var bits: UInt32 = 0
    }

    private struct Place: Hashable {
        let processId: UInt32
        let word: Word
        let life: Int
    }

    /// Sorts the events, and leaves in each only the bits that it changed: setting a bit that is set changes nothing.
    mutating func settle() {
        // Events at the same moment stay in the order in which they were added.
        events = events.enumerated().sorted { ($0.element.moment, $0.offset) < ($1.element.moment, $1.offset) }
            .map(\.element)
        var known: [Place: Known] = [:]
        for index in events.indices {
            let event = events[index]
            let life = lives.lastIndex { $0.processId == event.processId && $0.created <= event.moment } ?? -1
            let place = Place(processId: event.processId, word: event.word, life: life)
            var state = known[place] ?? Known()
            if !event.isWhole { events[index].set &= ~(state.mask & state.bits) }
            events[index].lost = event.cleared & state.mask & state.bits
            events[index].cleared &= ~(state.mask & ~state.bits)
            state.mask |= event.set | event.cleared | event.absent | event.present
            state.bits = (state.bits | event.set | event.present) & ~(event.cleared | event.absent)
            known[place] = state
        }
    }
}
