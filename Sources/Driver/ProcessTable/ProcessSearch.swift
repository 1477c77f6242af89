import Messages

/// A search for live processes, by ascending pid.
public struct ProcessSearch: SlicedWork {
    /// A filter for processes. A process matches if it meets all conditions.
    public struct Query: Sendable {
        /// Only pids above this one.
        public var after: UInt32?
        /// Only images that match.
        public var imageFileName: ImageNamePattern?
        /// Only processes with these rules.
        public var rules: ProcessRules = []
        /// Only processes with these flags.
        public var flags: ProcessFlags = []

        /// All processes.
        public init() {}

        /// Whether a process matches; takes the cost of checking it from `steps`.
        func matches(counting process: ProcessContext, _ steps: inout Int) -> Bool {
            steps -= ProcessSearch.stepsPerProcess
            // Converting a name to upper case is cheaper than comparing it.
            if imageFileName != nil { steps -= process.imageFileName.byteCount / 4 }
            return process.rules.isSuperset(of: rules) && process.flags.isSuperset(of: flags)
                && imageFileName?.matches(process.imageFileName, &steps) ?? true
        }
    }

    /// The result of a search.
    public struct Outcome: Sendable {
        /// The processes, by ascending pid.
        public let items: [ProcessContext]
        /// Whether more processes match after the last one.
        public let hasMore: Bool
        /// The revision of the host when the search began. Whoever asks for the changes after it misses none.
        public let revision: UInt64
    }

    /// Processes that are checked before others get the host's lock.
    private static let part = 64
    /// Steps per slice; a step takes about 10 ns at most.
    static let sliceSteps = 200_000
    /// The cost of a process in steps, without the comparison.
    private static let stepsPerProcess = 100

    private let driver: Driver
    private var query: Query
    private let limit: Int
    private let revision: UInt64
    private var items: [ProcessContext] = []

    fileprivate init(_ driver: Driver, _ query: Query, limit: Int) {
        self.driver = driver
        self.query = query
        self.limit = limit
        revision = driver.withState { $0.processes.revisions.current }
    }

    /// Checks the next processes; returns the outcome once the page is full or all were checked.
    public mutating func advance() -> Outcome? {
        var steps = ProcessSearch.sliceSteps
        while steps > 0 {
            let contexts = driver.withState { [query] in $0.processes.contexts(after: query.after, limit: Self.part) }
            for context in contexts {
                if query.matches(counting: context, &steps) {
                    if items.count == limit { return outcome(hasMore: true) }
                    items.append(context)
                }
                query.after = context.identity.processId
                if steps <= 0 { return nil }
            }
            if contexts.count < ProcessSearch.part { return outcome(hasMore: false) }
        }
        return nil
    }

    private func outcome(hasMore: Bool) -> Outcome { Outcome(items: items, hasMore: hasMore, revision: revision) }
}

extension Driver {
    /// A search for the first `limit` processes that match `query`.
    ///
    /// - Complexity: O(log n + processes checked), plus the length of their names if the query has a pattern.
    public func processSearch(_ query: ProcessSearch.Query, limit: Int) -> ProcessSearch {
        ProcessSearch(self, query, limit: limit)
    }

    /// Runs a whole search at once.
    func processes(_ query: ProcessSearch.Query = ProcessSearch.Query(), limit: Int) -> ProcessSearch.Outcome {
        var search = processSearch(query, limit: limit)
        while true {
            if let outcome = search.advance() { return outcome }
        }
    }
}
