import FuzzFinding
import MicroHTTPD
import NotificationAPI
import YAML
import YAMLTesting

/// The statuses that openapi.yaml promises for each operation.
struct Contract: Sendable {
    private struct Operation {
        let segments: [Substring]
        let method: String
        let statuses: Set<Int>
    }

    private let operations: [Operation]

    /// The contract that is compiled in.
    static let shared = Contract()

    private init() {
        var operations: [Operation] = []
        do {
            let document = try YAMLNode(of: String(decoding: NotificationAPI.openAPIDocument, as: UTF8.self))
            for path in document?["paths"]?.mapping ?? [] {
                for operation in path.value.mapping ?? [] {
                    guard let responses = operation.value["responses"]?.mapping else { continue }
                    let statuses = Set(responses.compactMap { Int($0.key) })
                    operations.append(
                        Operation(
                            segments: Contract.segments(of: path.key), method: operation.key.uppercased(),
                            statuses: statuses))
                }
            }
        } catch {
            finding("\(error)")
        }
        self.operations = operations
        for route in NotificationAPI.routes {
            let statuses = statuses(route.method.rawValue, route.template) ?? []
            expect(!statuses.isEmpty, "nothing is promised of \(route.operationId)")
        }
    }

    /// The statuses of an operation; nil for an unknown one, and for a target with escapes.
    func statuses(_ method: String, _ target: String) -> Set<Int>? {
        if target.contains("%") { return nil }
        let segments = Contract.segments(of: target.prefix { $0 != "?" })
        let found = operations.filter { operation in
            operation.method == (method == "HEAD" ? "GET" : method) && operation.segments.count == segments.count
                && zip(operation.segments, segments).allSatisfy { $0.hasPrefix("{") ? !$1.isEmpty : $0 == $1 }
        }
        return found.first?.statuses
    }

    private static func segments(of path: some StringProtocol) -> [Substring] {
        String(path).split(separator: "/", omittingEmptySubsequences: false)
    }
}
