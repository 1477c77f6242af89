/// The caller's own name for a call that may create messages or wait: the id of a request, the number of a step.
///
/// The driver copies it into each message and each wait, and never reads it. It takes 16 bytes a message. A text of more than
/// 15 bytes of UTF-8 is stored once for all messages of a call.
public struct CallerTag: Hashable, Sendable {
    /// The name.
    public let text: String

    /// A tag with the name `text`.
    public init(_ text: String) { self.text = text }
}
