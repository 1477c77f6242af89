/// The arrays that are open around records: those in the answers and exports of other programs, and plain ones within them.
///
/// A service answers with an object that has the records in an array, beside other members: `hits.hits` of Elasticsearch, `value`
/// of PowerShell, `logRecords` of OpenTelemetry. Which array that is shows in its name: records themselves have arrays of objects
/// too.
struct EnvelopeStack: Sendable {
    /// The names of arrays that contain records.
    static let names: Set<ShortName> = Set(
        [
            "hits", "value", "Records", "records", "results", "Results", "rows", "items", "events", "Events", "Event",
            "documents", "resourceLogs", "scopeLogs", "instrumentationLibraryLogs", "logRecords",
        ].map(ShortName.init))

    /// The number of objects to close behind each array; 0 for a plain one.
    private var depths: [Int] = []
    /// Whether the rest of an answer is being dropped.
    private(set) var isDiscarding = false

    /// The most arrays within one another.
    private static let limit = 32

    /// Whether no array of an answer is open.
    var isEmpty: Bool { depths.isEmpty }

    /// Enters an array in `depth` objects; false if too many are open.
    mutating func enter(depth: Int) -> Bool {
        guard depths.count < Self.limit else { return false }
        depths.append(depth)
        isDiscarding = false
        return true
    }

    /// Notes the bracket of a plain array, which matters only within an answer.
    mutating func open() {
        if !isEmpty, depths.count < Self.limit { depths.append(0) }
    }

    /// Leaves an array. Returns the number of objects whose rest follows and is dropped, if it is not a plain one.
    mutating func close() -> Int? {
        guard let depth = depths.popLast(), depth > 0 else { return nil }
        isDiscarding = true
        return depth
    }

    /// Ends the dropping of the rest of an answer; false if nothing was being dropped.
    mutating func endDiscarding() -> Bool {
        defer { isDiscarding = false }
        return isDiscarding
    }
}

/// The first bytes of a name, enough to recognize one of a few.
struct ShortName: Hashable, Sendable {
    private var bytes: [UInt8] = []

    /// Longer names count as different from all known ones.
    private static let limit = 32

    init() {}
    init(_ name: String) { bytes = Array(name.utf8) }

    mutating func append(_ more: Slice<UnsafeRawBufferPointer>) {
        let room = Self.limit - bytes.count
        if room > 0 { bytes.append(contentsOf: more.prefix(room)) }
    }
}
