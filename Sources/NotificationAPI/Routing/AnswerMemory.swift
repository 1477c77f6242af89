import Locking
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

    /// Takes `count` bytes until the result is released; nil when they do not fit.
    func take(_ count: Int) -> Hold? { add(count) ? Hold(self, count) : nil }

    private func add(_ count: Int) -> Bool { taken.add(count, upTo: limit - limit / 8) }

    /// Takes `count` bytes in any case, for an answer to what is done already.
    func takeAnyway(_ count: Int) -> Hold {
        taken.add(count, ordering: .relaxed)
        return Hold(self, count)
    }

    /// Bytes that are taken as long as this lives.
    final class Hold: Sendable {
        private let memory: AnswerMemory
        private let count: Atomic<Int>

        fileprivate init(_ memory: AnswerMemory, _ count: Int) {
            self.memory = memory
            self.count = Atomic(count)
        }

        /// Takes `more` bytes besides; false when they do not fit.
        func grow(by more: Int) -> Bool {
            guard memory.add(more) else { return false }
            count.add(more, ordering: .relaxed)
            return true
        }

        deinit { memory.taken.subtract(count.load(ordering: .relaxed), ordering: .relaxed) }
    }
}
