import Driver
import DriverJSON
import JSON
import MicroHTTPD

/// Image loads, loaded drivers and stream contexts (IMG, DATA-5).
enum ImageRoutes {
    static let routes: [Route] = [
        .post("/v1/hosts/{host}/processes/{pid}/images", "loadImage", loadImage),
        .get("/v1/hosts/{host}/drivers", "listDrivers", listDrivers),
        .post("/v1/hosts/{host}/drivers", "loadDriver", loadDriver),
        .get("/v1/hosts/{host}/stream-contexts", "listStreamContexts", listStreamContexts),
        .post("/v1/hosts/{host}/stream-contexts", "createStreamContext", createStreamContext),
        .get("/v1/hosts/{host}/stream-contexts/{id}", "getStreamContext", getStreamContext),
        .delete("/v1/hosts/{host}/stream-contexts/{id}", "deleteStreamContext", deleteStreamContext),
        .put("/v1/hosts/{host}/stream-contexts/{id}/rules", "putStreamContextRules") { call throws(Problem) in
            try changeRules(call, ["rules"]) { WordChange(replacing: "rules", $0) }
        },
        .patch("/v1/hosts/{host}/stream-contexts/{id}/rules", "patchStreamContextRules") { call throws(Problem) in
            try changeRules(call, ["set", "clear"]) { WordChange(modifying: $0) }
        },
    ]

    private static func loadImage(_ call: Call) throws(Problem) {
        let ((processId, explain), load) = try call.read(ImageLoad.members) {
            ($0.number("pid", as: UInt32.self), $0.explain())
        } _: { parameters, object in
            ImageLoad(object, processId: parameters.0)
        }
        // The driver takes pid 0 for a kernel image; a client that names it in the path means a process.
        guard try call.host().driver.process(processId) != nil else { throw Problem(.unknownProcess(processId)) }
        try send(load, on: call, explain: explain)
    }

    private static func loadDriver(_ call: Call) throws(Problem) {
        let (explain, load) = try call.read(ImageLoad.driverMembers) {
            $0.explain()
        } _: { _, object in
            var load = ImageLoad(object, processId: 0)
            load?.systemModeImage = true
            return load
        }
        try send(load, on: call, explain: explain)
    }

    private static func send(_ load: ImageLoad, on call: Call, explain: Bool) throws(Problem) {
        let host = try call.host()
        try driving { () throws(DriverError) in
            try host.driver.loadImage(load) { routines in
                call.reply.send { json in json.object { routines.write(to: &$0, explain: explain) } }
            }
        }
    }

    private static func listDrivers(_ call: Call) throws(Problem) {
        let page = try call.read { $0.page() }
        let start = Int(clamping: page.after ?? 0)
        let (items, hasMore) = try call.host().driver.loadedDrivers(from: start, limit: page.limit)
        call.sendPage(items, hasMore: hasMore) { _, count in
            String(start + count)
        } _: { json, driver in
            driver.write(to: &json)
        }
    }

    private static func listStreamContexts(_ call: Call) throws(Problem) {
        let page = try call.read { $0.page() }
        let (items, hasMore) = try call.host().driver.streamContexts(after: page.after ?? 0, limit: page.limit)
        call.sendPage(items, hasMore: hasMore) { context, _ in
            String(context.id)
        } _: { json, context in
            context.write(to: &json)
        }
    }

    private static func createStreamContext(_ call: Call) throws(Problem) {
        let (_, (fileName, rules)) = try call.read(["fileName", "rules"]) { _ in
        } _: { _, object in
            let rules: StreamContextRules? = object.optional("rules") { $0.bits() }
            return object.required("fileName") { $0.name() }.map { ($0, rules ?? []) }
        }
        let host = try call.host()
        let context = try driving { () throws(DriverError) in
            try host.driver.createStreamContext(fileName: fileName, rules: rules)
        }
        call.reply.send(201, location: "/v1/hosts/\(host.name)/stream-contexts/\(context.id)") {
            context.write(to: &$0)
        }
    }

    private static func getStreamContext(_ call: Call) throws(Problem) {
        let id: UInt64 = try call.read { $0.number("id") }
        guard let context = try call.host().driver.streamContext(id) else { throw Problem(.unknownStreamContext) }
        call.reply.send { context.write(to: &$0) }
    }

    private static func deleteStreamContext(_ call: Call) throws(Problem) {
        let id: UInt64 = try call.read { $0.number("id") }
        let host = try call.host()
        try driving { () throws(DriverError) in try host.driver.deleteStreamContext(id) }
        call.reply.sendNoContent()
    }

    private static func changeRules(
        _ call: Call, _ members: [StaticString], _ read: (JSONObject) -> WordChange<StreamContextRules>?
    ) throws(Problem) {
        let (id, change) = try call.read(members) {
            $0.number("id", as: UInt64.self)
        } _: {
            read($1)
        }
        let host = try call.host()
        let context = try driving { () throws(DriverError) in
            try host.driver.changeRules(ofStreamContext: id, change)
        }
        call.reply.send { context.write(to: &$0) }
    }
}
