/// Who set and cleared the bits of processes' rules and flags on one host, as the steps and the messages of a case tell.
///
/// The driver keeps no history. This one is made for an explanation, beside the driver.
struct WordHistory {
    /// A word of a process.
    enum Word {
        case rules, flags
    }

    /// A change of a word.
    struct Event {
        /// The index of the step.
        let step: Int
        let processId: UInt32
        let word: Word
        let set: UInt32
        let cleared: UInt32
        let cause: Cause
    }

    /// The life of a process: when it was created, and when it exited.
    struct Life {
        let processId: UInt32
        let created: Int
        var exited: (step: Int, place: StepPlace)?
    }

    private(set) var events: [Event] = []
    private(set) var lives: [Life] = []

    /// The record of a recording before which events of its own step count; nil if they do not.
    var record: Int?

    private func isEarlier(_ event: Event, than index: Int) -> Bool {
        if event.step != index { return event.step < index }
        guard let record, let place = event.cause.place?.record else { return false }
        return place < record
    }

    /// The last event before the step `index` that set the bit (or cleared it, if `isSet` is false).
    func last(_ bit: UInt32, isSet: Bool, in word: Word, of processId: UInt32, before index: Int) -> Event? {
        let born = lives.last { $0.processId == processId && $0.created <= index }?.created ?? 0
        return events.last { event in
            event.processId == processId && event.word == word && event.step >= born && isEarlier(event, than: index)
                && (isSet ? event.set : event.cleared) & bit != 0
        }
    }

    /// The first event from the step `index` on that sets the bit.
    func later(_ bit: UInt32, in word: Word, of processId: UInt32, from index: Int) -> Event? {
        events.first { $0.processId == processId && $0.word == word && $0.step >= index && $0.set & bit != 0 }
    }

    mutating func add(_ event: Event) { events.append(event) }

    mutating func create(_ processId: UInt32, at step: Int) {
        lives.append(Life(processId: processId, created: step, exited: nil))
    }

    mutating func exit(_ processId: UInt32, at step: Int, _ place: StepPlace) {
        guard let index = lives.lastIndex(where: { $0.processId == processId && $0.exited == nil }) else { return }
        lives[index].exited = (step, place)
    }
}
