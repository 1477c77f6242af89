/// Gives rules and flags to processes by their image, before the engine is told of them. Ours, not the driver's: how a
/// recording gets its rules without an engine that sets them.
public struct RulePolicy: Hashable, Sendable {
    /// Matches image file names: `*` any run, `?` one character, all else itself, without case.
    public var imageFileName: String
    /// Rules to set.
    public var rules: ProcessRules
    /// Flags to set.
    public var flags: ProcessFlags
    private let pattern: ImageNamePattern

    /// Sets `rules` and `flags` on processes whose image matches `imageFileName`.
    public init(imageFileName: String, rules: ProcessRules, flags: ProcessFlags = []) {
        self.imageFileName = imageFileName
        self.rules = rules
        self.flags = flags
        pattern = ImageNamePattern(imageFileName)
    }

    /// Whether the policy speaks of a process with this image.
    public func applies(to imageFileName: String) -> Bool { pattern.matches(imageFileName) }

    /// What all policies together give a process.
    struct Grant: Hashable, Sendable {
        var rules: ProcessRules = []
        var flags: ProcessFlags = []

        /// The grant of `policies` for an image. Not to be made under a lock: patterns and names may be long.
        ///
        /// - Complexity: O(all patterns × name) at worst.
        init(_ policies: [RulePolicy], imageFileName: String) {
            if policies.isEmpty { return }
            let name = ImageNamePattern.folded(imageFileName)
            for policy in policies where policy.pattern.matches(folded: name) {
                rules.formUnion(policy.rules)
                flags.formUnion(policy.flags)
            }
        }
    }
}

/// A glob over file names, compared without case.
public struct ImageNamePattern: Hashable, Sendable {
    private let pattern: [Unicode.Scalar]

    /// `*` matches any run of characters, `?` one.
    public init(_ pattern: String) { self.pattern = ImageNamePattern.folded(pattern) }

    /// Whether the whole of `name` matches.
    ///
    /// - Complexity: O(pattern × name) at worst; linear for patterns with one `*`.
    public func matches(_ name: String) -> Bool { matches(folded: ImageNamePattern.folded(name)) }

    /// A text without case, as patterns compare it.
    fileprivate static func folded(_ text: String) -> [Unicode.Scalar] { Array(text.lowercased().unicodeScalars) }

    fileprivate func matches(folded name: [Unicode.Scalar]) -> Bool {
        var inPattern = 0
        var inName = 0
        var lastStar: (pattern: Int, name: Int)?
        while inName < name.count {
            if inPattern < pattern.count, pattern[inPattern] == "*" {
                lastStar = (inPattern, inName)
                inPattern += 1
            } else if inPattern < pattern.count,
                pattern[inPattern] == name[inName] || pattern[inPattern] == "?"
            {
                inPattern += 1
                inName += 1
            } else if let star = lastStar {
                lastStar = (star.pattern, star.name + 1)
                inPattern = star.pattern + 1
                inName = star.name + 1
            } else {
                return false
            }
        }
        return pattern[inPattern...].allSatisfy { $0 == "*" }
    }
}
