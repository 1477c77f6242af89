public import JSON

/// Criteria that a message must meet, all of them.
public struct Criteria: Sendable {
    /// The criteria, in the order of the file.
    public var matchers: [FieldMatcher]

    /// All of `matchers`.
    public init(_ matchers: [FieldMatcher]) { self.matchers = matchers }
}

/// A field that must match.
public struct FieldMatcher: Sendable {
    /// Its path: `operation`, `data.targetProcess`.
    public var path: String
    /// The matcher of its value.
    public var matcher: Matcher
    /// The matcher as it was read.
    public var source: JSONTree
    /// The line of its key.
    public var line: Int

    /// The field at `path` and its matcher, which was read from `source` at `line`.
    public init(_ path: String, _ matcher: Matcher, source: JSONTree, line: Int) {
        self.path = path
        self.matcher = matcher
        self.source = source
        self.line = line
    }
}
