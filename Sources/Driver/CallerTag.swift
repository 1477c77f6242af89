public import Messages

/// The caller's own name for a call that may create messages or wait: the id of a request, the number of a step, the time of a
/// recorded event.
///
/// The driver copies it into each message and each wait, and never reads it. It takes 24 bytes a message. A text of more than
/// 15 bytes of UTF-8 is stored once for all messages of a call.
public struct CallerTag: Hashable, Sendable {
    /// The name.
    public let text: String
    private var time = FileTime.none

    /// A tag with the name `text`.
    public init(_ text: String) { self.text = text }

    /// When the event that the call reports happened, according to the recording that it is from; nil without a recording.
    public var eventTime: FileTime? {
        get { time == .none ? nil : time }
        set { time = newValue ?? .none }
    }
}
