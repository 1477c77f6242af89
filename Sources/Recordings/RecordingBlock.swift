/// Lines of one recording, whole, in the order in which they are to be replayed.
public struct RecordingBlock: Sendable {
    /// UTF-8 lines, each with its newline; the last line of a part gets one if it had none. Never empty.
    public var bytes: [UInt8]
    /// The number of the part: members of an archive, or the file itself; from 0.
    public let part: Int
    /// What the part is called in messages: "attack.zip: folder/attack.json", "attack.json" or "standard input".
    public let name: String
    /// Whether the part is read from its last line to its first.
    public let isReversed: Bool
}
