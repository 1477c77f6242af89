import Glibc
import MicroHTTPD
import NotificationAPI
import Testing
import Yams

@Suite struct RouteTableTests {
    /// Method, path, operationId and role, one line each.
    private let served = NotificationAPI.routes.map {
        "\($0.method.rawValue) \($0.template) \($0.operationId) \($0.role?.rawValue ?? "anybody")"
    }

    @Test func `openapi.yaml and the route table have the same operations and roles`() throws {
        let document = try #require(try Yams.compose(yaml: try RepositoryFile("openapi.yaml").text))
        var documented: [String] = []
        for (path, item) in try #require(document["paths"]?.mapping) {
            for (key, operation) in try #require(item.mapping) {
                let method = try #require(key.string)
                guard ["get", "put", "post", "delete", "patch", "head", "options"].contains(method) else { continue }
                let id = try #require(operation["operationId"]?.string)
                let template = try #require(path.string)
                let role = operation["security"]?[0]?["bearer"]?[0]?.string ?? "anybody"
                documented.append("\(method.uppercased()) \(template) \(id) \(role)")
            }
        }
        #expect(documented.sorted() == served.sorted())
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
