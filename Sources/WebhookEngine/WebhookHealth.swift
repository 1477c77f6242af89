public import Messages

/// How the last sends to an engine went.
public struct WebhookHealth: Hashable, Sendable {
    /// Something that went wrong.
    public struct Failure: Hashable, Sendable {
        /// What, for people; may quote what the engine sent.
        public var text: String
        /// When, in wall time.
        public var time: FileTime
    }

    /// Nothing has been sent yet.
    public init() {}

    /// The last failure, however long ago; nil when there was none.
    public internal(set) var lastError: Failure?
    /// From send to answer, of the last send that was answered; nil when none was.
    public internal(set) var lastLatency: Duration?
}
