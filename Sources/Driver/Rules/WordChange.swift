/// A change of a rule or flag word, applied as one (DATA-7).
public enum WordChange<Word: NamedBits & Hashable>: Hashable, Sendable {
    /// The word becomes this one.
    case replace(Word)
    /// Bits are set, then others cleared; the rest keeps what it is at that moment.
    case modify(set: Word, clear: Word)

    func apply(to word: inout Word) {
        switch self {
        case .replace(let new): word = new
        case .modify(let set, let clear): word = Word(rawValue: (word.rawValue | set.rawValue) & ~clear.rawValue)
        }
    }
}
