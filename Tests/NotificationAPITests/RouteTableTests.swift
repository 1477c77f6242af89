import Glibc
import MicroHTTPD
import NotificationAPI
import Replay
import Testing
import YAML
import YAMLTesting

@Suite struct RouteTableTests {
    /// Method, path, operationId and role, one line each.
    private let served = NotificationAPI.routes.map {
        "\($0.method.rawValue) \($0.template) \($0.operationId) \($0.role?.rawValue ?? "anybody")"
    }

    @Test func `openapi.yaml and the route table have the same operations and roles`() throws {
        let document = try #require(try YAMLNode(of: try RepositoryFile("openapi.yaml").text))
        var documented: [String] = []
        for path in try #require(document["paths"]?.mapping) {
            for operation in try #require(path.value.mapping) {
                let method = operation.key
                guard ["get", "put", "post", "delete", "patch", "head", "options"].contains(method) else { continue }
                let id = try #require(operation.value["operationId"]?.string)
                let role = operation.value["security"]?[0]?["bearer"]?[0]?.string ?? "anybody"
                documented.append("\(method.uppercased()) \(path.key) \(id) \(role)")
            }
        }
        #expect(documented.sorted() == served.sorted())
    }

    /// The operation of `route` in `document`.
    private func operation(_ route: Route, in document: YAMLNode) -> YAMLNode? {
        document["paths"]?[route.template]?[route.method.rawValue.lowercased()]
    }

    /// The members of a native line that causes what `route` does: its path parameters and the members of its body.
    private func members(_ route: Route, in document: YAMLNode) -> [String] {
        let names = ["{pid}": "processId", "{tid}": "threadId"]
        let path = route.template.split(separator: "/").compactMap { names[String($0)] }
        let body = operation(route, in: document)?["requestBody"]?["content"]?["application/json"]?["schema"]
        return path + (body.map { properties(of: $0, in: document) } ?? [])
    }

    /// The properties of an object's schema, and of its variants.
    private func properties(of schema: YAMLNode, in document: YAMLNode) -> [String] {
        if let name = schema["$ref"]?.string?.split(separator: "/").last {
            return document["components"]?["schemas"]?[String(name)].map { properties(of: $0, in: document) } ?? []
        }
        let variants = ["oneOf", "anyOf", "allOf"].flatMap { schema[$0]?.list ?? [] }
        let own = schema["properties"]?.mapping?.map(\.key) ?? []
        return own + variants.flatMap { properties(of: $0, in: document) }
    }

    @Test(arguments: DriverEvent.allCases)
    func `the requests of an event are routes, and have the members of its native lines`(event: DriverEvent) throws {
        let document = try #require(try YAMLNode(of: try RepositoryFile("openapi.yaml").text))
        let routes = NotificationAPI.routes.filter { event.operations.contains($0.operationId) }
        #expect(routes.map(\.operationId) == event.operations)
        // Lines of other clients than an admin's do not set the clock.
        #expect(routes.allSatisfy { $0.role == (event == .clock ? .admin : .drive) })
        // The requests for notifications have their kind in the path.
        let members = Set(event.members).subtracting(event == .notification ? ["kind"] : [])
        #expect(Set(routes.flatMap { self.members($0, in: document) }) == members)
    }

    @Test func `every request whose answer lists routines is one of an event`() throws {
        let document = try #require(try YAMLNode(of: try RepositoryFile("openapi.yaml").text))
        let explained = NotificationAPI.routes.filter { route in
            let parameters = operation(route, in: document)?["parameters"]?.list
            return parameters?.contains { $0["$ref"]?.string == "#/components/parameters/Explain" } ?? false
        }
        #expect(!explained.isEmpty)
        let operations = DriverEvent.allCases.flatMap(\.operations)
        #expect(explained.map(\.operationId).filter { !operations.contains($0) } == [])
    }

    @Test func `no operation is listed twice`() {
        #expect(Set(served).count == served.count)
        #expect(Set(NotificationAPI.routes.map(\.operationId)).count == served.count)
    }

    @Test func `the compiled-in document is the current openapi.yaml`() throws {
        let file = try RepositoryFile("openapi.yaml")
        // A failure need not print both.
        let isCurrent = NotificationAPI.openAPIDocument == Array(file.text.utf8)
        #expect(isCurrent)
    }
}

/// A file of this repository.
struct RepositoryFile {
    let text: String

    init(_ path: String, here: String = #filePath) throws {
        let root = here.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try #require(fopen("/\(root)/\(path)", "r"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        text = String(decoding: bytes, as: UTF8.self)
    }
}
