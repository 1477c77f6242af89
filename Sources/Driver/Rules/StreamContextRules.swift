import Messages

/// The events of a file stream that the engine wants to be notified of.
///
/// Driver: `StreamCtx.StreamCtxRules` (DATA-5).
public struct StreamContextRules: OptionSet, Hashable, Sendable {
    /// The rule word.
    public var rawValue: UInt32

    /// The rules in `rawValue`.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    // `table` explains each bit.
    package static let notifyImageLoadRule = StreamContextRules(rawValue: 0x8000)
}

extension StreamContextRules: NamedBits {
    /// Its bits are called rules, as those of processes.
    public static let noun = "stream context rule"

    /// Each rule, lowest bit first.
    public static let table = [
        NamedBit(
            notifyImageLoadRule, "NotifyImageLoadRule", .known("part 2"),
            "the next load of the stream as an image is reported synchronously", rules: ["IMG-4"])
    ]
}
