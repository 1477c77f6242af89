public import Messages

/// Sets rules and flags on processes by their image, before the engine gets a message about them. Ours, not the
/// driver's: it gives the processes of a recording rules without an engine that sets them.
public struct RulePolicy: Hashable, Sendable {
    /// A pattern for image file names: `*` matches any run, `?` one UTF-16 unit, all else itself. Case is ignored.
    public var imageFileName: String
    /// Rules to set.
    public var rules: ProcessRules
    /// Flags to set.
    public var flags: ProcessFlags

    /// Sets `rules` and `flags` on processes whose image matches `imageFileName`.
    public init(imageFileName: String, rules: ProcessRules, flags: ProcessFlags = []) {
        self.imageFileName = imageFileName
        self.rules = rules
        self.flags = flags
    }

    /// Whether the policy applies to a process with this image.
    public func applies(to imageFileName: UnicodeString) -> Bool {
        ImageNamePattern(self.imageFileName).matches(imageFileName)
    }

    /// The rules and flags that all policies of a host together give a process.
    public struct Grant: Hashable, Sendable {
        /// The rules.
        public internal(set) var rules: ProcessRules = []
        /// The flags.
        public internal(set) var flags: ProcessFlags = []

        mutating func add(_ policy: RulePolicy) {
            rules.formUnion(policy.rules)
            flags.formUnion(policy.flags)
        }
    }
}
