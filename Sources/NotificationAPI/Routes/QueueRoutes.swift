import Driver
import DriverJSON
import JSON
import MicroHTTPD

/// The queue, its worker and the counters (ASY, SYN-4 to SYN-9).
enum QueueRoutes {
    static let routes: [Route] = [
        .get("/v1/hosts/{host}/queues", "getQueues", getQueues),
        .get("/v1/hosts/{host}/worker", "getWorker", getWorker),
        .put("/v1/hosts/{host}/worker", "putWorker", putWorker),
        .post("/v1/hosts/{host}/worker/steps", "stepWorker", stepWorker),
        .post("/v1/hosts/{host}/worker/drain", "drainWorker", drainWorker),
        .get("/v1/hosts/{host}/counters", "getCounters", getCounters),
    ]

    private static func getQueues(_ call: Call) throws(Problem) {
        let entries = try call.read { $0.integer("entries", in: 0...1000) ?? 10 }
        let queues = try call.host().driver.queues(entries: entries)
        call.reply.send { queues.write(to: &$0) }
    }

    private static func getWorker(_ call: Call) throws(Problem) {
        try call.read { _ in }
        let mode = try call.host().driver.workerMode
        call.reply.send { mode.write(to: &$0) }
    }

    /// What a client may make of the worker.
    private enum WorkerSetting: String, CaseIterable {
        case paused, running
    }

    private static func putWorker(_ call: Call) throws(Problem) {
        let (_, setting) = try call.read(["state"]) { _ in
        } _: { _, object in
            object.required("state") { $0.choice(of: WorkerSetting.self) }
        }
        let host = try call.host()
        try driving { () throws(DriverError) in try host.driver.setWorker(paused: setting == .paused) }
        let mode = host.driver.workerMode
        call.reply.send { mode.write(to: &$0) }
    }

    private static func stepWorker(_ call: Call) throws(Problem) {
        let (_, count) = try call.read(["count"]) { _ in
        } _: { _, object in
            object.optional("count") { $0.int(in: 1...1000) } ?? 1
        }
        let host = try call.host()
        try driving { () throws(DriverError) in
            try host.driver.stepWorker(count: count) { records in
                call.reply.send { json in
                    json.object { json in
                        json.member("messages", each: records) { json, record in record.writeReport(to: &json) }
                    }
                }
            }
        }
    }

    private static func drainWorker(_ call: Call) throws(Problem) {
        let (_, timeoutMs) = try call.read(["timeoutMs"]) { _ in
        } _: { _, object in
            object.optional("timeoutMs") { $0.int(in: 0...60_000) } ?? 5000
        }
        let host = try call.host()
        try driving { () throws(DriverError) in
            try host.driver.drainWorker(timeout: .milliseconds(timeoutMs)) { result in
                call.reply.send { json in
                    json.object { json in
                        json.member("drained", result.drained)
                        json.member("remaining", result.remaining)
                    }
                }
            }
        }
    }

    private static func getCounters(_ call: Call) throws(Problem) {
        try call.read { _ in }
        let counters = try call.host().driver.counters
        call.reply.send { counters.write(to: &$0) }
    }
}
