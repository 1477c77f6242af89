import Testing

@testable import NotificationAPI

@Suite struct PathHintTests {
    private let router = Router(NotificationAPI.routes)

    @Test(arguments: [
        ("/v1/hosts/lab/", "/v1/hosts/lab"), ("//v1/hosts", "/v1/hosts"),
        ("/v1/hosts/lab/process", "/v1/hosts/lab/processes"),
        ("/v1/host/lab", "/v1/hosts/lab"), ("/hosts/lab", "/v1/hosts/lab"), ("/v2/hosts/lab", "/v1/hosts/lab"),
        ("/V1/Hosts", "/v1/hosts"), ("/v1/hosts/a%20b/processes/584/thread", "/v1/hosts/a%20b/processes/584/threads"),
        ("/metric", "/metrics"), ("/v1/hosts/lab/rule_policies", "/v1/hosts/lab/rule-policies"),
    ])
    func `a path that does not exist has a nearest one, with its parameters`(path: String, nearest: String) {
        #expect(router.hint(for: path) == "; did you mean \(nearest)?")
    }

    @Test func `without a nearest path, the names after the known part are listed`() {
        #expect(
            router.hint(for: "/v1/hosts/lab/worker/pause") == ". /v1/hosts/lab/worker/ is followed by drain, steps.")
        let document = ". GET /openapi.yaml describes all paths."
        #expect(router.hint(for: "/nothing") == document)
        #expect(router.hint(for: "/" + String(repeating: "v1/hosts/", count: 30)) == document)
        #expect(router.hint(for: "/v1/" + String(repeating: "x", count: 400)) == document)
    }

    @Test func `every route is the nearest one of itself with a slash at the end`() {
        for route in NotificationAPI.routes where route.template != "/" {
            #expect(router.hint(for: route.template + "/") == "; did you mean \(route.template)?")
        }
    }
}
