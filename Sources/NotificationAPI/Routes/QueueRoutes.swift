import Driver
import DriverJSON
import JSON
import MicroHTTPD

/// The operations on the queue, its worker and the counters (ASY, SYN-4 to SYN-9).
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
        let entries = try call.parameters { $0.integer("entries", in: 0...1000) ?? 10 }
        let queues = try call.host().driver.queues(entries: entries)
        call.reply.send { queues.write(to: &$0) }
    }

    private static func getWorker(_ call: Call) throws(Problem) {
        try call.expectNoParameters()
        let mode = try call.host().driver.workerMode
        call.reply.send { mode.write(to: &$0) }
    }

    private static func putWorker(_ call: Call) throws(Problem) {
        let setting: WorkerSetting = try call.body()
        let host = try call.host()
        try orProblem(host.driver.setWorker(paused: setting.state == .paused))
        let mode = host.driver.workerMode
        call.reply.send { mode.write(to: &$0) }
    }

    private static func stepWorker(_ call: Call) throws(Problem) {
        let steps: WorkerSteps = try call.body()
        let host = try call.host()
        try orProblem(
            host.driver.stepWorker(count: steps.count, caller: call.callerTag) { steps in
                call.reply.sendObject { json in
                    json.member("messages", each: steps) { json, step in
                        step.record.writeReport(to: &json) { step.choice.writeMember(to: &$0) }
                    }
                }
            })
    }

    private static func drainWorker(_ call: Call) throws(Problem) {
        let drain: WorkerDrain = try call.body()
        let host = try call.host()
        try orProblem(
            host.driver.drainWorker(timeout: drain.timeout, caller: call.callerTag) { result in
                call.reply.sendObject { json in
                    json.member("drained", result.drained)
                    json.member("remaining", result.remaining)
                }
            })
    }

    private static func getCounters(_ call: Call) throws(Problem) {
        try call.expectNoParameters()
        let counters = try call.host().driver.counters
        call.reply.send { counters.write(to: &$0) }
    }
}

/// The body of `PUT /worker`.
private struct WorkerSetting: JSONObjectReadable {
    enum State: String, CaseIterable {
        case paused, running
    }

    let state: State

    static let members: [StaticString] = ["state"]

    init?(_ object: JSONObject) {
        guard let state = object.requiredChoice("state", of: State.self) else { return nil }
        self.state = state
    }
}

/// The body of `POST /worker/steps`.
private struct WorkerSteps: JSONObjectReadable {
    let count: Int

    static let members: [StaticString] = ["count"]

    init(_ object: JSONObject) {
        count = object.optional("count") { $0.int(in: 1...1000) } ?? 1
    }
}

/// The body of `POST /worker/drain`.
private struct WorkerDrain: JSONObjectReadable {
    let timeout: Duration

    static let members: [StaticString] = ["timeoutMs"]

    init(_ object: JSONObject) {
        timeout = .milliseconds(object.optional("timeoutMs") { $0.milliseconds(in: 0...60_000) } ?? 5000)
    }
}

extension WorkerChoice {
    /// Writes the member `taken`.
    fileprivate func writeMember(to json: inout JSONWriter) {
        json.member("taken") { json in
            json.object { json in
                json.member("list", isHighPriority ? "highPriority" : "normal")
                json.member("reason", reason.rawValue)
                json.member("asyncStarvationLimit", limit)
                json.member("starvationCounter") { json in
                    json.object { json in
                        json.member("before", counterBefore)
                        json.member("after", counterAfter)
                    }
                }
            }
        }
    }
}
