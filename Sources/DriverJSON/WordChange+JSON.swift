public import Driver
public import JSON

/// A change of a rule or flag word, read from JSON.
public protocol WordChangeRequest<Word>: JSONObjectReadable {
    /// The type of the word.
    associatedtype Word: NamedWord

    /// The change to make.
    var change: WordChange<Word> { get }
}

/// A rule or flag word with a name in requests.
public protocol NamedWord: NamedBits, Hashable {
    /// The member that holds a word of this type.
    static var member: StaticString { get }
}

extension ProcessRules: NamedWord {
    /// `rules`.
    public static var member: StaticString { "rules" }
}

extension ProcessFlags: NamedWord {
    /// `flags`.
    public static var member: StaticString { "flags" }
}

extension StreamContextRules: NamedWord {
    /// `rules`.
    public static var member: StaticString { "rules" }
}

/// A word that replaces the current one: `{"rules": WORD}` or `{"flags": WORD}`.
public struct WordReplacement<Word: NamedWord>: WordChangeRequest, Hashable, Sendable {
    /// The replacement.
    public let change: WordChange<Word>

    /// The member that holds the word.
    public static var members: [StaticString] { [Word.member] }

    /// Reads the word; nil after a fault.
    public init?(_ object: JSONObject) {
        guard let word: Word = object.required(Word.member, { $0.bits() }) else { return nil }
        change = .replace(word)
    }
}

/// Bits to set and to clear in a word: `{"set": WORD, "clear": WORD}`, each optional.
public struct WordModification<Word: NamedWord>: WordChangeRequest, Hashable, Sendable {
    /// The modification.
    public let change: WordChange<Word>

    /// The members that hold the bits.
    public static var members: [StaticString] { ["set", "clear"] }

    /// Reads the bits.
    public init(_ object: JSONObject) {
        let set: Word? = object.optional("set") { $0.bits() }
        let clear: Word? = object.optional("clear") { $0.bits() }
        change = .modify(set: set ?? [], clear: clear ?? [])
    }
}
