/// A fault of a scenario file.
public struct SourceFault: Error, Hashable, Sendable {
    /// The line, from 1; nil if the fault concerns the whole file.
    public var line: Int?
    /// The value that the fault concerns, within its scenario: `steps[3].createThread.target`, where `[3]` is the fourth step,
    /// because indices count from 0 as in JSON pointers. Empty for a whole scenario or file. It may contain any character.
    public var path: String
    /// The description, a phrase without a period.
    public var detail: String

    /// The fault `detail` of the value at `path`.
    public init(line: Int?, path: String = "", _ detail: String) {
        self.line = line
        self.path = path
        self.detail = detail
    }
}

extension [SourceFault] {
    /// The faults by line; those of one line in their order, and those of the whole file last.
    var byLine: [SourceFault] {
        enumerated().sorted {
            ($0.element.line ?? .max, $0.offset) < ($1.element.line ?? .max, $1.offset)
        }.map(\.element)
    }
}
