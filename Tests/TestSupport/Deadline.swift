import Glibc

extension Duration {
    /// The time after which a test gives up: a fail-safe, far longer than any test takes on the slowest machine.
    public static var failSafe: Duration { .seconds(300) }
}

/// The end of the wait of a test for other threads.
public struct Deadline: Sendable {
    private let end = ContinuousClock.now + .failSafe

    /// `Duration.failSafe` from now.
    public init() {}

    /// Whether the time is up.
    public var isOver: Bool { ContinuousClock.now >= end }
}

/// Waits until `condition` holds, checking it every millisecond; false if a `Deadline` passes first.
public func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Deadline()
    while try !condition() {
        if deadline.isOver { return false }
        usleep(1000)
    }
    return true
}
