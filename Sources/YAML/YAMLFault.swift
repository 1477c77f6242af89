/// A fault of a YAML text.
public struct YAMLFault: Error, Hashable, Sendable {
    /// The line, from 1; nil if the fault concerns the whole text.
    public var line: Int?
    /// The value that the fault concerns. The root's for a text that is not YAML.
    public var path: ValuePath
    /// The description, a phrase without a period.
    public var detail: String

    /// The fault `detail` of the value at `path`.
    public init(line: Int?, path: ValuePath = ValuePath(), _ detail: String) {
        self.line = line
        self.path = path
        self.detail = detail
    }
}
