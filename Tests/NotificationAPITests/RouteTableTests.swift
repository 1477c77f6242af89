import Glibc
import MicroHTTPD
import NotificationAPI
import Testing
import Yams

@Suite struct RouteTableTests {
    /// Method, path and operationId, one line each.
    private let served = NotificationAPI.routes.map { "\($0.method.rawValue) \($0.template) \($0.operationId)" }

    @Test func `openapi.yaml and the route table have the same operations`() throws {
        let document = try #require(try Yams.compose(yaml: try RepositoryFile("openapi.yaml").text))
        var documented: [String] = []
        for (path, item) in try #require(document["paths"]?.mapping) {
            for (key, operation) in try #require(item.mapping) {
                let method = try #require(key.string)
                guard ["get", "put", "post", "delete", "patch", "head", "options"].contains(method) else { continue }
                let id = try #require(operation["operationId"]?.string)
                let template = try #require(path.string)
                documented.append("\(method.uppercased()) \(template) \(id)")
            }
        }
        #expect(documented.sorted() == served.sorted())
    }

    @Test func `no operation is there twice`() {
        #expect(Set(served).count == served.count)
        #expect(Set(NotificationAPI.routes.map(\.operationId)).count == served.count)
    }

    @Test func `what is compiled in is openapi.yaml as it is now`() throws {
        let file = try RepositoryFile("openapi.yaml")
        #expect(NotificationAPI.openAPIDocument == Array(file.text.utf8))
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
