import Glibc

/// The time after which a test that waits for other threads gives up: a fail-safe, far longer than any test takes.
public struct Deadline: Sendable {
    private let end = ContinuousClock.now + .seconds(300)

    /// Five minutes from now.
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
