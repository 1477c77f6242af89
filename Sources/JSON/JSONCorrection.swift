/// The name that a misspelled one of a document was probably meant to be. The fault at `pointer` asks for it.
public struct JSONCorrection: Hashable, Sendable {
    /// What is misspelled.
    public enum Part: Hashable, Sendable {
        /// The name of the member.
        case member
        /// The value, a string.
        case value
    }

    /// The JSON pointer of the value, with the name as the document has it.
    public let pointer: String
    /// What is misspelled.
    public let part: Part
    /// The name to write instead.
    public let name: String
}
