import Driver
import Engines
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
        try setting.checkReplies()
        setting.readFiles { fault in
            if let fault { return call.reply.send(Problem(faults: [fault])) }
            host.engine.connect(call.api.dependencies.makeConnection(for: setting, origin: host.origin))
            host.driver.engineChanged()
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
                if let detail = result.failure { json.member("detail", detail) }
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
            json.member("lastError") { json in
                if let failure = health.lastError { failure.write(to: &json) } else { json.null() }
            }
            json.member("lastSuccessAt") { json in
                if let time = health.lastSuccess { json.value(time.rfc3339) } else { json.null() }
            }
            if let nanoseconds = health.lastLatencyNanoseconds {
                json.member("lastLatencyMicroseconds", nanoseconds / 1000)
            } else {
                json.memberNull("lastLatencyMicroseconds")
            }
        }
    }
}

extension EngineSwitch.Failure {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("detail", detail)
            json.member("time", time.rfc3339)
            if let message {
                json.member("sequence", message.sequence)
                json.member("operation", message.operationName)
            }
        }
    }
}
