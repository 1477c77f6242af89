import Driver
import DriverJSON
import JSON
import Messages
import MicroHTTPD

/// The operations on threads (THR, TEX).
enum ThreadRoutes {
    static let routes: [Route] = [
        .get("/v1/hosts/{host}/processes/{pid}/threads", "listThreads", list),
        .post("/v1/hosts/{host}/processes/{pid}/threads", "createThread", create),
        .get("/v1/hosts/{host}/processes/{pid}/threads/{tid}", "getThread", get),
        .delete("/v1/hosts/{host}/processes/{pid}/threads/{tid}", "deleteThread", produces: [.json], delete),
    ]

    private static func list(_ call: Call) throws(Problem) {
        let (processId, page) = try call.parameters { ($0.processId(), $0.page()) }
        let host = try call.host()
        let after = page.after.map(UInt32.init(clamping:))
        let (items, hasMore) = try orProblem(host.driver.threads(of: processId, after: after, limit: page.limit))
        call.sendPage(items, hasMore: hasMore, cursor: { thread, _ in String(thread.threadId) }) { json, thread in
            thread.write(to: &json, processId: processId)
        }
    }

    private static func create(_ call: Call) throws(Problem) {
        let (thread, (processId, explain)) = try call.body(ThreadCreation.self) { ($0.processId(), $0.explain()) }
        var creation = thread
        creation.processId = processId
        let host = try call.host()
        try orProblem(
            host.driver.createThread(creation, caller: call.callerTag) { outcome in
                let location = call.context.location(ofItem: outcome.thread.threadId)
                call.reply.sendObject(201, location: location) { json in
                    json.member("thread") { outcome.thread.write(to: &$0, processId: outcome.processId) }
                    outcome.routines.write(to: &json, explain: explain)
                }
            })
    }

    private static func get(_ call: Call) throws(Problem) {
        let (processId, threadId) = try call.parameters { ($0.processId(), $0.threadId()) }
        let host = try call.host()
        let thread = try orProblem(host.driver.thread(threadId, of: processId))
        call.reply.send { thread.write(to: &$0, processId: processId) }
    }

    private static func delete(_ call: Call) throws(Problem) {
        let (processId, threadId, explain) = try call.parameters { ($0.processId(), $0.threadId(), $0.explain()) }
        let host = try call.host()
        let routines = try orProblem(host.driver.deleteThread(threadId, of: processId))
        call.reply.sendObject { routines.write(to: &$0, explain: explain) }
    }
}
