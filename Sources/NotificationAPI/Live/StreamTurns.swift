import Bytes
import Locking

/// The turns in which live streams send, so that readers, however many there are, leave most of the machine to the drivers.
final class StreamTurns: Sendable {
    /// The bytes of a turn; a stream sends the first ones without waiting for a turn.
    static let bytes = 65_536
    /// The bytes that all streams together may send in a second.
    static let bytesPerSecond = 192 << 20

    /// The time of a turn.
    private static let length = Duration.seconds(1) * bytes / bytesPerSecond
    /// A turn may begin early by this much, so that a few streams rarely wait.
    private static let tolerance = Duration.milliseconds(5)

    /// When the next turn begins.
    private let next: Locked<Monotonic>

    /// Turns that begin at `now`.
    init(at now: Monotonic = .now()) { next = Locked(now) }

    /// Takes the next turn; returns how long to wait for it.
    func take(at now: Monotonic = .now()) -> Duration {
        next.withLock { next in
            let delay = max(next, now) - now
            next = max(next, now) + StreamTurns.length
            return delay > StreamTurns.tolerance ? delay : .zero
        }
    }
}
