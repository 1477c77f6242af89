public import Driver
public import JSON

extension WordChange {
    /// Reads `{"rules": WORD}` or `{"flags": WORD}`; nil after a fault.
    public init?(replacing member: StaticString, _ object: JSONObject) {
        guard let word: Word = object.required(member, { $0.bits() }) else { return nil }
        self = .replace(word)
    }

    /// Reads `{"set": WORD, "clear": WORD}`, each optional.
    public init(modifying object: JSONObject) {
        let set: Word? = object.optional("set") { $0.bits() }
        let clear: Word? = object.optional("clear") { $0.bits() }
        self = .modify(set: set ?? [], clear: clear ?? [])
    }
}
