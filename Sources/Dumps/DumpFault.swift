/// The reason why a dump cannot be read.
public struct DumpFault: Error, Hashable, Sendable {
    /// The number of the line, counted from 1.
    public let line: Int
    /// The description: a phrase without a period.
    public let detail: String
}

extension DumpFault {
    /// The fault of a text whose dumps have more bytes than are read, found at `line`.
    static func tooManyBytes(_ line: Int) -> DumpFault {
        DumpFault(line: line, detail: "more than \(Dump.maxBytes) bytes")
    }

    /// The fault of a text with more dumps than are read, found at `line`.
    static func tooManyDumps(_ line: Int) -> DumpFault {
        DumpFault(line: line, detail: "more than \(Dump.maxCount) dumps")
    }

    /// The description of words whose byte order is unknown.
    static let unknownOrder =
        "its words do not show their byte order, and begin like a message in both orders or in neither; "
        + "use --endian little or big"
}
