import Driver
import DriverJSON
import JSON
import MicroHTTPD

/// The operations on images, loaded drivers and stream contexts (IMG, DATA-5).
enum ImageRoutes {
    static let routes: [Route] = [
        .post("/v1/hosts/{host}/processes/{pid}/images", "loadImage", loadImage),
        .get("/v1/hosts/{host}/drivers", "listDrivers", listDrivers),
        .post("/v1/hosts/{host}/drivers", "loadDriver", loadDriver),
        .get("/v1/hosts/{host}/stream-contexts", "listStreamContexts", listStreamContexts),
        .post("/v1/hosts/{host}/stream-contexts", "createStreamContext", createStreamContext),
        .get("/v1/hosts/{host}/stream-contexts/{id}", "getStreamContext", getStreamContext),
        .delete("/v1/hosts/{host}/stream-contexts/{id}", "deleteStreamContext", deleteStreamContext),
        .put(
            "/v1/hosts/{host}/stream-contexts/{id}/rules", "putStreamContextRules",
            changeRules(by: WordReplacement.self)),
        .patch(
            "/v1/hosts/{host}/stream-contexts/{id}/rules", "patchStreamContextRules",
            changeRules(by: WordModification.self)),
    ]

    private static func loadImage(_ call: Call) throws(Problem) {
        let (image, (processId, explain)) = try call.body(ImageLoad.self) { ($0.processId(), $0.explain()) }
        var load = image
        load.processId = processId
        // To the driver, pid 0 means a kernel image, but in the path it means a process.
        guard try call.host().driver.process(processId) != nil else { throw Problem(.unknownProcess(processId)) }
        try send(load, on: call, explain: explain)
    }

    private static func loadDriver(_ call: Call) throws(Problem) {
        let (load, explain) = try call.body(DriverLoad.self) { $0.explain() }
        try send(load.imageLoad, on: call, explain: explain)
    }

    private static func send(_ load: ImageLoad, on call: Call, explain: Bool) throws(Problem) {
        let host = try call.host()
        try orProblem(
            host.driver.loadImage(load, caller: call.callerTag) { routines in
                call.reply.sendObject { routines.write(to: &$0, explain: explain) }
            })
    }

    private static func listDrivers(_ call: Call) throws(Problem) {
        let page = try call.parameters { $0.page() }
        let start = Int(clamping: page.after ?? 0)
        let (items, hasMore) = try call.host().driver.loadedDrivers(from: start, limit: page.limit)
        call.sendPage(items, hasMore: hasMore, cursor: { _, count in String(start + count) }) { json, driver in
            driver.write(to: &json)
        }
    }

    private static func listStreamContexts(_ call: Call) throws(Problem) {
        let page = try call.parameters { $0.page() }
        let (items, hasMore) = try call.host().driver.streamContexts(after: page.after ?? 0, limit: page.limit)
        call.sendPage(items, hasMore: hasMore, cursor: { context, _ in String(context.id) }) { json, context in
            context.write(to: &json)
        }
    }

    private static func createStreamContext(_ call: Call) throws(Problem) {
        let creation: StreamContextCreation = try call.body()
        let host = try call.host()
        let context = try orProblem(
            host.driver.createStreamContext(fileName: creation.fileName, rules: creation.rules))
        call.reply.send(201, location: "/v1/hosts/\(host.name)/stream-contexts/\(context.id)") {
            context.write(to: &$0)
        }
    }

    private static func getStreamContext(_ call: Call) throws(Problem) {
        let id = try call.parameters { $0.pathId("id") }
        guard let context = try call.host().driver.streamContext(id) else { throw Problem(.unknownStreamContext) }
        call.reply.send { context.write(to: &$0) }
    }

    private static func deleteStreamContext(_ call: Call) throws(Problem) {
        let id = try call.parameters { $0.pathId("id") }
        let host = try call.host()
        try orProblem(host.driver.deleteStreamContext(id))
        call.reply.sendNoContent()
    }

    private static func changeRules<Request: WordChangeRequest<StreamContextRules>>(
        by request: Request.Type
    ) -> Route.Handler {
        { call throws(Problem) in
            let (request, id) = try call.body(request) { $0.pathId("id") }
            let host = try call.host()
            let context = try orProblem(host.driver.changeRules(ofStreamContext: id, request.change))
            call.reply.send { context.write(to: &$0) }
        }
    }
}
