/// The order in which the bytes of a word are in memory or in a file.
public enum ByteOrder: String, CaseIterable, Sendable {
    /// The least significant byte comes first, as on x86.
    case little
    /// The most significant byte comes first.
    case big
}
