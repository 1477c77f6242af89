import Driver
import JSON
import Messages
import MicroHTTPD
import WebhookEngine

/// The operations on a host's engine.
enum EngineRoutes {
    static let routes: [Route] = [
        .get("/v1/hosts/{host}/engine", "getEngine", get),
        .put("/v1/hosts/{host}/engine", "putEngine", for: .admin, put),
        .post("/v1/hosts/{host}/engine/ping", "pingEngine", ping),
    ]

    private static func get(_ call: Call) throws(Problem) {
        try call.expectNoParameters()
        let engine = try call.host().engine
        call.reply.send { engine.write(to: &$0, showsURL: call.context.isFromAdmin) }
    }

    private static func put(_ call: Call) throws(Problem) {
        let setting: EngineSetting = try call.body()
        let host = try call.host()
        setting.readFiles { fault in
            if let fault { return call.reply.send(Problem(faults: [fault])) }
            host.engine.connect(call.api.dependencies.makeConnection(for: setting, origin: host.origin))
            call.reply.send { host.engine.write(to: &$0, showsURL: call.context.isFromAdmin) }
        }
    }

    private static func ping(_ call: Call) throws(Problem) {
        _ = try call.body(NoMembers.self)
        let host = try call.host()
        host.engine.ping(timeout: host.driver.config.asyncTimeout) { result, nanoseconds in
            call.reply.sendObject { json in
                json.member("status", result.status.name)
                json.member("durationMicroseconds", nanoseconds / 1000)
            }
        }
    }
}

extension EngineSwitch {
    /// Writes the engine's setting without its secrets, the use of its pool, and its last error and latency.
    func write(to json: inout JSONWriter, showsURL: Bool) {
        let health = health
        let pool = pool
        json.object { json in
            setting.writeMembers(to: &json, showsURL: showsURL)
            if let pool {
                json.member("connections", pool.connections)
                json.member("waiting", pool.waiting)
            }
            if let (time, detail) = health.lastError {
                json.member("lastError") { json in
                    json.object { json in
                        json.member("time", time.rfc3339)
                        json.member("detail", detail)
                    }
                }
            } else {
                json.memberNull("lastError")
            }
            if let nanoseconds = health.lastLatencyNanoseconds {
                json.member("lastLatencyMicroseconds", nanoseconds / 1000)
            } else {
                json.memberNull("lastLatencyMicroseconds")
            }
        }
    }
}
