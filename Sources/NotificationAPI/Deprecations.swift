public import DriverJSON
public import JSON
import Locking
public import Logging

/// Counts the uses of deprecated names, and logs the first use of each.
public final class Deprecations: Sendable {
    private let counts: Locked<[DeprecatedName: UInt64]>
    private let logger: Logger

    /// Counts of 0 for `names`, which `/metrics` shows from the start.
    public init(_ names: [DeprecatedName] = DeprecatedName.all, logger: Logger) {
        counts = Locked(Dictionary(names.map { ($0, 0) }) { first, _ in first })
        self.logger = logger
    }

    /// Counts a use. Called on any thread.
    public func recordUse(of name: DeprecatedName) {
        let count = counts.withLock { counts in
            counts[name, default: 0] += 1
            return counts[name]
        }
        guard count == 1 else { return }
        logger.warning(
            "deprecated name used; further uses are only counted",
            metadata: ["name": "\(name.name)", "replacement": "\(name.replacement)", "since": "\(name.since)"])
    }

    /// All names with their counts, sorted by name.
    var uses: [(name: String, count: UInt64)] {
        counts.withLock { $0.map { (name: $0.key.name, count: $0.value) } }.sorted { $0.name < $1.name }
    }
}
