/// When a test that waits for other threads gives up: a fail-safe, far behind what the test takes.
public struct Deadline: Sendable {
    private let end = ContinuousClock.now + .seconds(300)

    /// Five minutes from now.
    public init() {}

    /// Whether the time is up.
    public var isOver: Bool { ContinuousClock.now >= end }
}
