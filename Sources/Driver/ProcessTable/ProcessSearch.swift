import Messages

/// A search for live processes, by ascending pid.
public struct ProcessSearch: SlicedWork {
    /// Which processes are asked for: those that have all of it.
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

        func matches(_ process: ProcessContext, _ steps: inout Int) -> Bool {
            process.rules.isSuperset(of: rules) && process.flags.isSuperset(of: flags)
                && imageFileName?.matches(process.imageFileName, &steps) ?? true
        }
    }

    /// What was found.
    public struct Outcome: Sendable {
        /// The processes, by ascending pid.
        public let items: [ProcessContext]
        /// Whether more match behind the last one.
        public let hasMore: Bool
    }

    /// Processes that are looked at before others get the host's lock.
    private static let part = 64
    /// Steps of a slice, of some 10 ns at most.
    private static let sliceSteps = 200_000
    /// The cost of a process, apart from the comparison.
    private static let stepsPerProcess = 100

    private let driver: Driver
    private var query: Query
    private let limit: Int
    private var items: [ProcessContext] = []

    fileprivate init(_ driver: Driver, _ query: Query, limit: Int) {
        self.driver = driver
        self.query = query
        self.limit = limit
    }

    /// Looks at the next processes; returns what was found once the page is full or all were looked at.
    public mutating func advance() -> Outcome? {
        var steps = ProcessSearch.sliceSteps
        while steps > 0 {
            let contexts = driver.withState { [query] in $0.processes.contexts(after: query.after, limit: Self.part) }
            for context in contexts {
                steps -= ProcessSearch.stepsPerProcess
                // Turning a name into upper case is cheaper than comparing it.
                if query.imageFileName != nil { steps -= context.imageFileName.utf8.count / 4 }
                if query.matches(context, &steps) {
                    if items.count == limit { return Outcome(items: items, hasMore: true) }
                    items.append(context)
                }
                query.after = context.identity.processId
                if steps <= 0 { return nil }
            }
            if contexts.count < ProcessSearch.part { return Outcome(items: items, hasMore: false) }
        }
        return nil
    }
}

extension Driver {
    /// A search for the first `limit` processes that `query` asks for.
    ///
    /// - Complexity: O(log n + processes looked at), their names besides where the query has a pattern.
    public func processSearch(_ query: ProcessSearch.Query, limit: Int) -> ProcessSearch {
        ProcessSearch(self, query, limit: limit)
    }

    /// As a search does, at once.
    func processes(_ query: ProcessSearch.Query = ProcessSearch.Query(), limit: Int) -> ProcessSearch.Outcome {
        var search = processSearch(query, limit: limit)
        while true {
            if let outcome = search.advance() { return outcome }
        }
    }
}
