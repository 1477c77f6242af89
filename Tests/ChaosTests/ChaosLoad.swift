import Glibc
import JSON
import Locking
import TestSupport

/// The load of one client: random requests one after another, at full rate, until the time is up.
final class ChaosLoad {
    /// The findings of all clients.
    struct Findings: Sendable {
        var requests = 0
        var byStatus: [Int: Int] = [:]
        var faults: [String] = []
        var snapshots = 0
    }

    private let port: UInt16
    private let hosts: [String]
    private let engines: [String]
    private let findings: Locked<Findings>
    private var random: SplitMix
    private var client: ChaosClient
    private var streams: [ChaosClient] = []
    private let visitor: String
    private var visits = 0
    private let isFlooding: Bool

    init(number: Int, seed: UInt64, port: UInt16, hosts: [String], engines: [String], findings: Locked<Findings>) {
        self.port = port
        self.hosts = hosts
        self.engines = engines
        self.findings = findings
        random = SplitMix(seed: seed)
        client = ChaosClient(port)
        visitor = "visitor-\(number)"
        isFlooding = number.isMultiple(of: 2)
    }

    func run(until end: ContinuousClock.Instant) {
        while ContinuousClock.now < end {
            do {
                try step()
            } catch ChaosClient.Failure.closed {
                note { $0.faults.append("the service closed a connection") }
                client = ChaosClient(port)
            } catch {
                note { $0.faults.append("\(error)") }
                client = ChaosClient(port)
            }
        }
    }

    private func note(_ change: (inout Findings) -> Void) { findings.withLock { change(&$0) } }

    private func roll(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }

    private func processId() -> Int { 1000 + 4 * roll(0..<24) }

    private func step() throws {
        let base = "/v1/hosts/" + hosts[roll(0..<hosts.count)]
        // Every other client makes only requests that do not wait for an engine, so that the queues are never empty.
        switch roll(isFlooding ? 34..<66 : 0..<100) {
        case 0..<16: try change("POST", base + "/processes", process(processId()))
        case 16..<22: try change("DELETE", base + "/processes/\(processId())")
        case 22..<34:
            let body = #"{"creatorProcessId":\#(processId())}"#
            try change("POST", base + "/processes/\(processId())/threads", body)
        case 34..<48: try change("POST", base + "/processes/\(processId())/images", #"{"fullImageName":"C:\\a.dll"}"#)
        case 48..<58:
            let body = #"{"operation":"RawVolumeWrite","highPriority":\#(Bool.random(using: &random)),"data":""}"#
            try change("POST", base + "/notifications/async", body)
        case 58..<66: try upload(to: base)
        case 66..<69:
            let data = #"{"imageName":"C:\\a.dll"}"#
            let body = #"{"operation":"NewImageLoadPerProcess","processId":\#(processId()),"data":\#(data)}"#
            try change("POST", base + "/notifications/sync", body)
        case 69..<72: try rearm(base)
        case 72..<80: try lookAtCounters(base)
        case 80..<84: try change("GET", base + "/queues")
        case 84..<86: try change("PUT", base + "/worker", #"{"state":"paused"}"#)
        case 86..<89: try change("PUT", base + "/worker", #"{"state":"running"}"#)
        case 89..<91: try change("POST", base + "/worker/steps", #"{"count":\#(roll(1..<4))}"#)
        case 91: try change("POST", base + "/worker/drain", #"{"timeoutMs":\#(roll(0..<50))}"#)
        case 92: try change("PATCH", base + "/config", config())
        case 93: try change("GET", base + "/messages?waitMs=20&after=\(roll(0..<5000))&kind=sync")
        case 94..<96: try live(base)
        case 96: try breakOff(base)
        case 97: try exchangeEngine(of: base)
        default: try visit()
        }
    }

    private func change(_ method: String, _ target: String, _ body: String? = nil) throws {
        let status = try client.ask(method, target, body).status
        note { findings in
            findings.requests += 1
            findings.byStatus[status, default: 0] += 1
            if ![200, 201, 202, 204, 404, 409].contains(status) {
                findings.faults.append("\(status) for \(method) \(target) \(body ?? "")")
            }
        }
    }

    private func process(_ processId: Int) -> String {
        let rules = #"["NotifyNewThreadDifferentProcess","NotifyNewThreadSameProcess"]"#
        return #"{"processId":\#(processId),"imageFileName":"C:\\a-\#(processId).exe","rules":\#(rules)}"#
    }

    private func config() -> String {
        """
        {"maxAsyncNotificationCount":\(roll(0..<128)),"asyncStarvationLimit":\(roll(0..<10)),\
        "sendingSyncSemaphoreLimit":\(roll(1..<6)),"sendSyncNotificationFlag":\(roll(0..<10) > 0)}
        """
    }

    private func exchangeEngine(of base: String) throws {
        if roll(0..<4) == 0 {
            try change("PUT", base + "/engine", #"{"type":"none"}"#)
            try change("POST", base + "/notifications/async", #"{"operation":"LogPrint","data":""}"#)
        }
        try change("PUT", base + "/engine", engines[roll(0..<engines.count)])
    }

    private func rearm(_ base: String) throws {
        let body = #"{"set":["NotifyNewThreadDifferentProcess","NotifyImageLoadRule"]}"#
        try change("PATCH", base + "/processes/\(processId())/rules", body)
    }

    private func upload(to base: String) throws {
        let lines = (0..<roll(1..<60)).map { _ in
            let processId = processId()
            return switch roll(isFlooding ? 2..<12 : 0..<12) {
            case 0: #"{"type":"processCreate","processId":\#(processId),"imageFileName":"C:\\b.exe"}"#
            case 1: #"{"type":"processExit","processId":\#(processId)}"#
            case 2: #"{"type":"threadCreate","processId":\#(processId),"creatorProcessId":1000}"#
            default: #"{"type":"imageLoad","processId":\#(processId),"fullImageName":"C:\\c.dll"}"#
            }
        }
        let waits = roll(0..<8) == 0
        let target = base + "/events" + (waits ? "?onFull=wait" : "")
        // The worker may be paused. It must be resumed, or the upload waits until its client is cut off.
        if waits { try change("PUT", base + "/worker", #"{"state":"running"}"#) }
        let body = lines.joined(separator: "\n")
        if roll(0..<10) == 0 {
            // The client disconnects while its lines are applied.
            try client.begin("POST", target, body, type: "application/x-ndjson")
            return client.disconnect()
        }
        let status = try client.ask("POST", target, body, type: "application/x-ndjson").status
        note { findings in
            findings.requests += 1
            findings.byStatus[status, default: 0] += 1
            if status != 200 { findings.faults.append("\(status) for events") }
        }
    }

    /// ASY-10 holds in every answer.
    private func lookAtCounters(_ base: String) throws {
        let answer = try client.ask("GET", base + "/counters")
        let names: [StaticString] = ["enqueued", "sent", "sendFailed", "droppedOnOverflow", "queued", "inHand"]
        let numbers = try? JSONDocument.read(answer.body) { value in
            value.openObject()?.required("async") { value in
                value.openObject().map { object in
                    names.compactMap { name in object.required(name) { $0.integer(as: Int.self) } }
                }
            }
        }
        note { findings in
            findings.requests += 1
            findings.byStatus[answer.status, default: 0] += 1
            findings.snapshots += 1
            guard let numbers, numbers.count == names.count, numbers[0] == numbers[1...].reduce(0, +) else {
                return findings.faults.append("ASY-10 on \(base): \(String(decoding: answer.body, as: UTF8.self))")
            }
        }
    }

    /// Opens a live stream, or drops one, possibly after reading from it.
    private func live(_ base: String) throws {
        if streams.count > 4 || (!streams.isEmpty && Bool.random(using: &random)) {
            let stream = streams.remove(at: roll(0..<streams.count))
            if Bool.random(using: &random) { try? stream.readSome() }
            return
        }
        let stream = ChaosClient(port)
        let type = Bool.random(using: &random) ? "text/event-stream" : "application/x-ndjson"
        try stream.begin("GET", base + "/messages?after=0", headers: ["Accept: \(type)"])
        let status = try stream.readHead("a live stream").status
        note { findings in
            findings.requests += 1
            findings.byStatus[status, default: 0] += 1
            if status != 200 { findings.faults.append("\(status) for a live stream") }
        }
        streams.append(stream)
    }

    /// Sends part of a request and disconnects.
    private func breakOff(_ base: String) throws {
        let other = ChaosClient(port)
        try other.begin("POST", base + "/processes", process(processId()), part: roll(1..<400))
        other.disconnect()
    }

    /// Creates a host, uses it, and deletes it while messages are in flight.
    private func visit() throws {
        visits += 1
        let host = "\(visitor)-\(visits)"
        let engine = engines[roll(0..<engines.count)]
        let config = #"{"asyncTimeoutMs":200,"maxProcessCreationMessageTimeoutMs":100}"#
        try change("PUT", "/v1/hosts/\(host)", #"{"engine":\#(engine),"config":\#(config)}"#)
        for number in 0..<roll(1..<6) {
            let body = #"{"operation":"LogPrint","data":""}"#
            try change("POST", "/v1/hosts/\(host)/notifications/async", body)
            if number == 3 { try change("POST", "/v1/hosts/\(host)/processes", process(1000)) }
        }
        try change("DELETE", "/v1/hosts/\(host)")
    }
}
