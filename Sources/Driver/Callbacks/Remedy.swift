/// What makes a condition hold.
public struct Remedy: Sendable {
    /// A call of the API that does it.
    public enum Call: Sendable {
        /// Change the rules of the process that the routine runs in.
        case rules(WordChange<ProcessRules>)
        /// Change the flags of the process that the routine runs in.
        case flags(WordChange<ProcessFlags>)
        /// Create a stream context with these rules for the image.
        case streamContext(StreamContextRules)
        /// Change the rules of the stream context of the image.
        case streamContextRules(WordChange<StreamContextRules>)
    }

    /// A sentence for people, with the placeholders of `Condition`.
    public let text: String
    /// The call; nil if no single call does it.
    public let call: Call?

    /// A remedy that is not a single call.
    static func text(_ text: String) -> Remedy { Remedy(text: text, call: nil) }

    /// Sets rules of the process.
    static func set(_ rules: ProcessRules) -> Remedy {
        Remedy(text: "Set \(rules.list) on {process}.", call: .rules(.modify(set: rules, clear: [])))
    }

    /// Clears rules of the process.
    static func clear(_ rules: ProcessRules) -> Remedy {
        Remedy(text: "Clear \(rules.list) on {process}.", call: .rules(.modify(set: [], clear: rules)))
    }

    /// Sets flags of the process.
    static func set(_ flags: ProcessFlags) -> Remedy {
        Remedy(text: "Set \(flags.list) on {process}.", call: .flags(.modify(set: flags, clear: [])))
    }

    /// Sets rules of the stream context of the image.
    static func set(_ rules: StreamContextRules) -> Remedy {
        Remedy(
            text: "Set \(rules.list) on the stream context of {image}.",
            call: .streamContextRules(.modify(set: rules, clear: [])))
    }

    /// Creates a stream context for the image.
    static func createStreamContext(_ rules: StreamContextRules) -> Remedy {
        Remedy(text: "Create a stream context for {image} with \(rules.list).", call: .streamContext(rules))
    }

    /// That the process does not have rules or flags.
    static func lack(of bits: some NamedBits) -> String { "{process} does not have \(bits.list)." }
}

extension NamedBits {
    fileprivate var list: String { names.joined(separator: " and ") }
}
