import Driver
import DriverJSON
import JSON
import Messages
import MicroHTTPD

/// Threads (THR, TEX).
enum ThreadRoutes {
    static let routes: [Route] = [
        .get("/v1/hosts/{host}/processes/{pid}/threads", "listThreads", list),
        .post("/v1/hosts/{host}/processes/{pid}/threads", "createThread", create),
        .get("/v1/hosts/{host}/processes/{pid}/threads/{tid}", "getThread", get),
        .delete("/v1/hosts/{host}/processes/{pid}/threads/{tid}", "deleteThread", produces: [.json], delete),
    ]

    private static func list(_ call: Call) throws(Problem) {
        let (processId, page) = try call.read { ($0.number("pid", as: UInt32.self), $0.page()) }
        let host = try call.host()
        let (items, hasMore) = try driving { () throws(DriverError) in
            try host.driver.threads(of: processId, after: page.after.map(UInt32.init(clamping:)), limit: page.limit)
        }
        call.sendPage(items, hasMore: hasMore) { thread, _ in
            String(thread.threadId)
        } _: { json, thread in
            thread.write(to: &json, processId: processId)
        }
    }

    private static func create(_ call: Call) throws(Problem) {
        let ((processId, explain), creation) = try call.read(ThreadCreation.members) {
            ($0.number("pid", as: UInt32.self), $0.explain())
        } _: { parameters, object in
            ThreadCreation(object, processId: parameters.0)
        }
        let host = try call.host()
        try driving { () throws(DriverError) in
            try host.driver.createThread(creation) { outcome in
                // The request's own path is that of the list.
                let location = call.context.head.target.path + "/" + String(outcome.thread.threadId)
                call.reply.send(201, location: location) { json in
                    json.object { json in
                        json.member("thread") { outcome.thread.write(to: &$0, processId: processId) }
                        outcome.routines.write(to: &json, explain: explain)
                    }
                }
            }
        }
    }

    private static func get(_ call: Call) throws(Problem) {
        let (processId, threadId) = try call.read {
            ($0.number("pid", as: UInt32.self), $0.number("tid", as: UInt32.self))
        }
        let host = try call.host()
        let thread = try driving { () throws(DriverError) in try host.driver.thread(threadId, of: processId) }
        call.reply.send { thread.write(to: &$0, processId: processId) }
    }

    private static func delete(_ call: Call) throws(Problem) {
        let (processId, threadId, explain) = try call.read {
            ($0.number("pid", as: UInt32.self), $0.number("tid", as: UInt32.self), $0.explain())
        }
        let host = try call.host()
        let routines = try driving { () throws(DriverError) in
            try host.driver.deleteThread(threadId, of: processId)
        }
        call.reply.send { json in json.object { routines.write(to: &$0, explain: explain) } }
    }
}
