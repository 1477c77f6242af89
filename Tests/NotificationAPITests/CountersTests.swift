import Synchronization
import TestSupport
import Testing

/// ASY-10 as clients see it.
@Suite struct CountersTests {
    @Test func `enqueued is the sum of the message outcomes, in every answer`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try Processes.make(on: "a", client, hostBody: #"{"config":{"maxAsyncNotificationCount":4}}"#)
        _ = try client.ask("PUT", "/v1/hosts/a/engine", #"{"type":"embedded","failEvery":3}"#)
        let adds = Atomic(0)
        let answers = Atomic(0)
        onThreads(8) { index in
            guard let client = try? live.client() else { return }
            for round in 0..<200 {
                switch index {
                case 0:
                    let state = round.isMultiple(of: 2) ? "paused" : "running"
                    _ = try? client.ask("PUT", "/v1/hosts/a/worker", #"{"state":"\#(state)"}"#)
                case 1...4:
                    let (method, target, body) = Processes.imageLoad(on: "a")
                    _ = try? client.ask(method, target, body)
                default:
                    guard let counters = try? client.ask("GET", "/v1/hosts/a/counters") else { continue }
                    answers.add(1, ordering: .relaxed)
                    if (try? CountersTests.addUp(counters)) == true { adds.add(1, ordering: .relaxed) }
                }
            }
        }
        #expect(answers.load(ordering: .relaxed) == 600)
        #expect(adds.load(ordering: .relaxed) == 600)
        let counters = try client.ask("GET", "/v1/hosts/a/counters")
        #expect(try counters.integer("async", "enqueued") == 800)
        #expect(try counters.integer("async", "droppedOnOverflow") > 0)
        #expect(try counters.integer("async", "sendFailed") > 0)
    }

    private static func addUp(_ counters: Answer) throws -> Bool {
        let parts = ["sent", "sendFailed", "droppedOnOverflow", "queued", "inHand"]
        return try counters.integer("async", "enqueued") == parts.reduce(0) { try $0 + counters.integer("async", $1) }
    }
}
