import Synchronization

/// How many bytes answers hold that are there as a whole and whose clients have not read them: one bound for all.
///
/// The last eighth is for answers to changes, which are made before anybody knows how long their answer is: clients that
/// only look cannot use it up.
final class AnswerMemory: Sendable {
    private let limit: Int
    private let taken = Atomic(0)

    /// Answers of up to so many bytes are not counted: they are small beside what their connection takes.
    static let uncounted = 4096

    /// At most `limit` bytes.
    init(limit: Int) { self.limit = limit }

    /// How many bytes are taken now.
    var bytes: Int { taken.load(ordering: .relaxed) }

    /// Whether there is no room even for the answer to a change.
    var isFull: Bool { bytes >= limit }

    /// Takes `count` bytes until the result is let go of; nil when they do not fit.
    func take(_ count: Int) -> Hold? {
        guard taken.add(count, ordering: .relaxed).newValue <= limit - limit / 8 else {
            taken.subtract(count, ordering: .relaxed)
            return nil
        }
        return Hold(self, count)
    }

    /// Takes `count` bytes in any case, for an answer to what is done already.
    func takeAnyway(_ count: Int) -> Hold {
        taken.add(count, ordering: .relaxed)
        return Hold(self, count)
    }

    /// Bytes that are taken as long as this lives.
    final class Hold: Sendable {
        private let memory: AnswerMemory
        private let count: Int

        fileprivate init(_ memory: AnswerMemory, _ count: Int) {
            self.memory = memory
            self.count = count
        }

        deinit { memory.taken.subtract(count, ordering: .relaxed) }
    }
}
