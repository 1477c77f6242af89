/// Complete lines of one recording, in replay order.
public struct RecordingBlock: Sendable {
    /// UTF-8 lines, each with its newline, which is added to the last line of a part if it is missing. Never empty.
    public var bytes: [UInt8]
    /// The index of the part, from 0: a member of an archive, or the file itself.
    public let part: Int
    /// The part's name in messages: "attack.zip: folder/attack.json", "attack.json" or "standard input".
    public let name: String
    /// Whether the part is read from its last line to its first.
    public let isReversed: Bool
}
