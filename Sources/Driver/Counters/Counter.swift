public import Messages

/// A counter of the driver: a line of a table of counters.
///
/// The tables are the source for `GET /counters`, the metrics of `/metrics`, the glossary and the schemas of
/// openapi.yaml.
public struct Counter<Snapshot: Sendable>: Sendable {
    /// How it is read from a snapshot.
    public enum Reading: Sendable {
        /// A number, never negative.
        case number(@Sendable (Snapshot) -> Int64)
        /// The last status that was not a success.
        case status(@Sendable (Snapshot) -> NTStatus)
    }

    /// The metric that shows it.
    public struct Metric: Hashable, Sendable {
        /// Its name without the prefix `wdfilterd_`.
        public let name: String
        /// Whether its value can decrease.
        public let isGauge: Bool

        static func counter(_ name: String) -> Metric { Metric(name: name, isGauge: false) }
        static func gauge(_ name: String) -> Metric { Metric(name: name, isGauge: true) }
    }

    /// Its member in an object of `GET /counters`.
    public let member: StaticString
    /// Its path in `GET /counters`, its source and its meaning.
    public let term: Term
    /// How it is read.
    public let reading: Reading
    /// Its maximum, if it has one.
    public let most: Int?
    /// The metric that shows it; nil if `/metrics` does not show it.
    public let metric: Metric?
}

extension Counter {
    /// Reads a value. The tables have key paths, which the compiler makes functions of.
    typealias Path<Value> = @Sendable (Snapshot) -> Value

    /// A number.
    static func number<Number: BinaryInteger & SendableMetatype>(
        _ object: StaticString, _ member: StaticString, driverName: String?, _ provenance: Provenance,
        _ meaning: String,
        rules: [String] = [], _ read: @escaping Path<Number>, upTo most: Int? = nil,
        metric: Metric? = nil
    ) -> Counter {
        Counter(
            object, member, driverName: driverName, provenance, meaning, rules: rules,
            .number { Int64(clamping: read($0)) }, most: most, metric: metric)
    }

    /// The last status of a group.
    static func status(
        _ object: StaticString, _ member: StaticString, driverName: String?, _ provenance: Provenance,
        _ meaning: String,
        rules: [String] = [], _ read: @escaping Path<NTStatus>
    ) -> Counter {
        Counter(
            object, member, driverName: driverName, provenance, meaning, rules: rules,
            .status(read), most: nil, metric: nil)
    }

    private init(
        _ object: StaticString, _ member: StaticString, driverName: String?, _ provenance: Provenance,
        _ meaning: String,
        rules: [String], _ reading: Reading, most: Int?, metric: Metric?
    ) {
        self.member = member
        self.reading = reading
        self.most = most
        self.metric = metric
        term = Term("\(object).\(member)", driverName: driverName, provenance, meaning, rules: rules)
    }
}
