/// Gives rules and flags to processes by their image, before the engine is told of them. Ours, not the driver's: how a
/// recording gets its rules without an engine that sets them.
public struct RulePolicy: Hashable, Sendable {
    /// Matches image file names: `*` any run, `?` one UTF-16 unit, all else itself, without case.
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

    /// Whether the policy speaks of a process with this image.
    public func applies(to imageFileName: String) -> Bool {
        ImageNamePattern(self.imageFileName).matches(imageFileName)
    }

    /// The rules and flags that all policies of a host together give a process.
    public struct Grant: Hashable, Sendable {
        var rules: ProcessRules = []
        var flags: ProcessFlags = []

        mutating func add(_ policy: RulePolicy) {
            rules.formUnion(policy.rules)
            flags.formUnion(policy.flags)
        }
    }
}
