import Locking
import Synchronization

/// The memory used by answers that clients have not read yet, with one limit for all.
///
/// The last eighth is reserved for answers to changes, which are made before the length of the answer is known. Requests
/// that only read cannot use it up.
final class AnswerMemory: Sendable {
    private let limit: Int
    private let reserved = Atomic(0)

    /// The size in bytes up to which answers are not counted: their connection uses much more memory.
    static let uncounted = 4096

    /// A limit of `limit` bytes.
    init(limit: Int) { self.limit = limit }

    /// The number of bytes reserved.
    var bytes: Int { reserved.load(ordering: .relaxed) }

    /// Whether even answers to changes do not fit any more.
    var isFull: Bool { bytes >= limit }

    /// Reserves `count` bytes until the result is deallocated; nil if they do not fit.
    func reserve(_ count: Int) -> Reservation? { add(count) ? Reservation(self, count) : nil }

    private func add(_ count: Int) -> Bool { reserved.add(count, upTo: limit - limit / 8) }

    /// Reserves `count` bytes, over the limit if necessary, for the answer to a change that is already made.
    func reserveOverLimit(_ count: Int) -> Reservation {
        reserved.add(count, ordering: .relaxed)
        return Reservation(self, count)
    }

    /// Bytes that are reserved while this exists.
    final class Reservation: Sendable {
        private let memory: AnswerMemory
        private let count: Atomic<Int>

        fileprivate init(_ memory: AnswerMemory, _ count: Int) {
            self.memory = memory
            self.count = Atomic(count)
        }

        /// Reserves `more` additional bytes; false if they do not fit.
        func grow(by more: Int) -> Bool {
            guard memory.add(more) else { return false }
            count.add(more, ordering: .relaxed)
            return true
        }

        deinit { memory.reserved.subtract(count.load(ordering: .relaxed), ordering: .relaxed) }
    }
}
