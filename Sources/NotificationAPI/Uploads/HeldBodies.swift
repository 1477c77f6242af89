import Locking
import Synchronization

/// The bytes of strict uploads that are held, with one limit for all.
final class HeldBodies: Sendable {
    /// The limit of one upload.
    let uploadLimit: Int
    private let limit: Int
    private let held = Atomic(0)

    /// How many uploads of the largest size fit.
    private static let largestUploads = 16

    /// A limit of `uploadLimit` bytes for an upload, and of 16 times that for all.
    init(uploadLimit: Int) {
        self.uploadLimit = uploadLimit
        limit = uploadLimit * Self.largestUploads
    }

    /// The number of bytes held.
    var bytes: Int { held.load(ordering: .relaxed) }

    /// Counts `count` more bytes; false if they do not fit.
    func add(_ count: Int) -> Bool { held.add(count, upTo: limit) }

    /// Uncounts bytes.
    func remove(_ count: Int) { held.subtract(count, ordering: .relaxed) }
}
