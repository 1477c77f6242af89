public import Messages

/// A moment on two clocks.
public struct Moment: Hashable, Sendable {
    /// The time on the host's clock.
    public let time: FileTime
    /// The time on the wall, whatever the host's clock shows; virtual time in a replay.
    public let wall: FileTime

    /// A moment at which the host's clock shows `time`, and the wall `wall`.
    public init(time: FileTime, wall: FileTime) {
        self.time = time
        self.wall = wall
    }
}
