extension StringProtocol {
    /// The phrase as a sentence: with a capital letter, and a period unless it ends with a question mark.
    public var asSentence: String { prefix(1).uppercased() + dropFirst() + (hasSuffix("?") ? "" : ".") }
}
