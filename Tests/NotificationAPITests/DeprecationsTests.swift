import DriverJSON
import JSON
import Locking
import Logging
import Testing

@testable import NotificationAPI

@Suite struct DeprecationsTests {
    private static let old = DeprecatedName("query old", replacement: "new", since: "0.3.0")
    private static let older = DeprecatedName("query a", replacement: "b", since: "0.2.0")

    /// Keeps the lines that are logged.
    private struct KeptLines: LogHandler {
        let lines: Locked<[String]>
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let values = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
            lines.withLock { $0.append("\(event.level) \(event.message)\(values.joined())") }
        }
    }

    @Test func `each use is counted, and the first one of each name is logged`() {
        let lines = Locked<[String]>([])
        let deprecations = Deprecations(
            [Self.old, Self.older], logger: Logger(label: "test") { _ in KeptLines(lines: lines) })
        #expect(deprecations.uses.map(\.name) == [Self.older.name, Self.old.name])
        #expect(deprecations.uses.map(\.count) == [0, 0])
        for _ in 0..<3 { deprecations.recordUse(of: Self.old) }
        #expect(deprecations.uses.map(\.count) == [0, 3])
        #expect(
            lines.withLock { $0 } == [
                "warning deprecated name used; further uses are only counted name=query old replacement=new since=0.3.0"
            ])
    }

    @Test func `docs list the deprecated names`() throws {
        let page = try RepositoryFile("docs/compatibility.md").text
        let rows = try #require(page.rows(after: "| name | replacement | since |\n|---|---|---|\n"))
        #expect(
            rows == DeprecatedName.all.map { "| `\($0.name)` | `\($0.replacement)` | \($0.since) |" })
        #expect(Set(DeprecatedName.all.map(\.name)).count == DeprecatedName.all.count)
    }
}

extension String {
    /// The lines of a table after its heading; nil without the heading.
    fileprivate func rows(after heading: String) -> [String]? {
        guard let start = firstRange(of: heading)?.upperBound else { return nil }
        return self[start...].split(separator: "\n", omittingEmptySubsequences: false)
            .prefix { $0.hasPrefix("|") }.map(String.init)
    }
}
