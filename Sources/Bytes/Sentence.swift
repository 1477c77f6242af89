extension StringProtocol {
    /// The phrase as a sentence: with a capital letter and a period.
    public var asSentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
