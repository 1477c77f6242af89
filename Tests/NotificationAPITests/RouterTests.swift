import MicroHTTPD
import Testing

@testable import NotificationAPI

@Suite struct RouterTests {
    private let router = Router(NotificationAPI.routes)

    private func match(_ method: Method, _ target: String) throws -> String {
        switch router.match(method, try RequestTarget(target)) {
        case .route(let route, let parameters): ([route.operationId] + parameters).joined(separator: " ")
        case .otherMethods(let allow): "405 \(allow)"
        case .nothing: "404"
        }
    }

    @Test(arguments: [
        ("/", "getRoot"), ("/v1/hosts", "listHosts"), ("/v1/hosts/a", "getHost a"),
        ("/v1/hosts/default/processes/584", "getProcess default 584"),
        ("/v1/hosts/a%2Fb/processes", "listProcesses a/b"), ("/v1/hosts/default/worker", "getWorker default"),
        ("/v1/hosts/", "404"), ("/v1/hosts/a/", "404"), ("//v1/hosts", "404"), ("/v1", "404"),
        ("/v1/hosts/a/nope", "404"),
        ("/V1/hosts", "404"), ("/v1/hosts/a/processes//threads", "404"),
    ])
    func `a path leads to its operation`(target: String, expected: String) throws {
        #expect(try match(.get, target) == expected)
        #expect(try match(.head, target) == expected)
    }

    @Test func `an unsupported method is answered with the supported ones`() throws {
        #expect(try match(.delete, "/v1/hosts") == "405 GET, HEAD")
        #expect(try match(.post, "/v1/hosts/a") == "405 DELETE, GET, HEAD, PUT")
        #expect(try match(.get, "/v1/hosts/a/worker/steps") == "405 POST")
        #expect(try match(.head, "/v1/hosts/a/worker/steps") == "405 POST")
        #expect(try match(Method(rawValue: "get"), "/v1/hosts") == "405 GET, HEAD")
    }
}

@Suite struct MediaTypeTests {
    @Test(arguments: [
        ([], true), (["*/*"], true), (["application/json"], true), (["application/*"], true), (["text/html"], false),
        (["text/html, application/json;q=0.5"], true), (["text/html", "application/json"], true),
        (["application/json;q=0"], false), (["application/json;q=0.000, */*"], false), (["*/*;q=0"], false),
        (["APPLICATION/JSON"], true), (["application/jsonp"], false), ([""], false), ([",,;"], false),
        (["application/*;q=0, application/json"], true), (["application/json ; q=0.001"], true),
    ])
    func `Accept allows JSON or not`(accept: [String], expected: Bool) {
        #expect(MediaType.preferred(among: [.json], by: accept) == (expected ? .json : nil))
    }

    @Test(arguments: [
        ([], MediaType.json), (["*/*"], .json), (["text/event-stream"], .eventStream), (["text/*"], .eventStream),
        (["application/x-ndjson"], .ndjson), (["application/*"], .json),
        (["application/*;q=0.5, text/*"], .eventStream),
        (["text/event-stream;q=0.2", "application/x-ndjson;q=0.3"], .ndjson),
        (["*/*, application/json;q=0"], .eventStream),
        (["application/x-ndjson, application/json"], .json), (["text/event-stream, */*;q=0.1"], .eventStream),
        (["text/html"], nil), (["*/*;q=0.000"], nil), (["application/json;q=nonsense, text/*;q=0.9"], .json),
        (["application/json;q=0.5;q=1, application/x-ndjson;q=0.6"], .ndjson), (["*/*;q=0.1, text/*;q=0"], .json),
    ])
    func `among several types, Accept gets its most preferred, and the first of equals`(
        accept: [String], expected: MediaType?
    ) {
        #expect(MediaType.preferred(among: [.json, .eventStream, .ndjson], by: accept) == expected)
    }

    @Test(arguments: [
        ("application/json", true), ("application/json; charset=utf-8", true), ("Application/JSON ;a=b", true),
        ("application/json+x", false), ("text/json", false), ("", false), (";", false),
    ])
    func `a Content-Type is JSON or not`(contentType: String, expected: Bool) {
        #expect(MediaType.json.matches(contentType: contentType.utf8.span) == expected)
    }
}

@Suite struct HostNameTests {
    @Test(arguments: ["a", "0", "a-", "workstation5", String(repeating: "a", count: 63)])
    func `valid host names`(name: String) { #expect(Host.isName(name)) }

    @Test(arguments: ["", "-a", "A", "a_b", "a.b", "é", "a b", "a/b", String(repeating: "a", count: 64)])
    func `invalid host names`(name: String) { #expect(!Host.isName(name)) }
}
