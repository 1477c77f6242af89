/// A change of a rule or flag word, applied atomically (DATA-7).
public enum WordChange<Word: NamedBits & Hashable>: Hashable, Sendable {
    /// Replaces the whole word.
    case replace(Word)
    /// Sets bits, then clears others; the remaining bits keep the values that they have at that moment.
    case modify(set: Word, clear: Word)

    func apply(to word: inout Word) {
        switch self {
        case .replace(let new): word = new
        case .modify(let set, let clear): word = Word(rawValue: (word.rawValue | set.rawValue) & ~clear.rawValue)
        }
    }
}
