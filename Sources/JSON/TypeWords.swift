/// The words that faults use for the types of values.
public struct TypeWords: Sendable {
    /// An object, with its article.
    public let object: String
    /// An array, with its article.
    public let array: String
    /// A string, without an article.
    public let string: String

    /// The words of JSON.
    public static let json = TypeWords(object: "an object", array: "an array", string: "string")
    /// The words of YAML, for documents that were made from it.
    public static let yaml = TypeWords(object: "a mapping", array: "a list", string: "text")
}
