import Locking
import Synchronization

/// The memory of whole answers that clients have not read yet, with one limit for all.
///
/// The last eighth is for answers to changes, which are done before the length of their answer is known: clients that
/// only read cannot use it up.
final class AnswerMemory: Sendable {
    private let limit: Int
    private let reserved = Atomic(0)

    /// Answers of up to so many bytes are not counted: they are small compared with the memory of their connection.
    static let uncounted = 4096

    /// At most `limit` bytes.
    init(limit: Int) { self.limit = limit }

    /// How many bytes are reserved now.
    var bytes: Int { reserved.load(ordering: .relaxed) }

    /// Whether there is no room even for the answer to a change.
    var isFull: Bool { bytes >= limit }

    /// Reserves `count` bytes until the result is deallocated; nil when they do not fit.
    func reserve(_ count: Int) -> Reservation? { add(count) ? Reservation(self, count) : nil }

    private func add(_ count: Int) -> Bool { reserved.add(count, upTo: limit - limit / 8) }

    /// Reserves `count` bytes even over the limit, for the answer to a change that is already done.
    func reserveOverLimit(_ count: Int) -> Reservation {
        reserved.add(count, ordering: .relaxed)
        return Reservation(self, count)
    }

    /// Bytes that are reserved as long as this lives.
    final class Reservation: Sendable {
        private let memory: AnswerMemory
        private let count: Atomic<Int>

        fileprivate init(_ memory: AnswerMemory, _ count: Int) {
            self.memory = memory
            self.count = Atomic(count)
        }

        /// Reserves `more` bytes besides; false when they do not fit.
        func grow(by more: Int) -> Bool {
            guard memory.add(more) else { return false }
            count.add(more, ordering: .relaxed)
            return true
        }

        deinit { memory.reserved.subtract(count.load(ordering: .relaxed), ordering: .relaxed) }
    }
}
