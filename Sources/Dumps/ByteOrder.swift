/// The order in which a word's bytes are in memory.
public enum ByteOrder: String, CaseIterable, Sendable {
    /// The last two digits are the first byte, as on x86.
    case little
    /// The first two digits are the first byte.
    case big
}
