import MicroHTTPD
import TestSupport
import Testing
import YAMLTesting

/// Replacing the engine while messages are in flight, and slow engines.
@Suite struct EngineExchangeTests {
    @Test func `a send in flight ends with the engine it began with`() throws {
        let former = try HoldingReceiver()
        let live = try LiveAPI()
        let client = try live.client()
        try Processes.make(on: "a", client)
        _ = try client.ask("PUT", "/v1/hosts/a/engine", former.setting)
        try client.begin(Processes.imageLoad(on: "a"))
        _ = try client.receive()
        let creator = try live.client()
        try creator.begin(Processes.remoteThread(on: "a"))
        try #require(eventually { former.held == 2 })

        #expect(try client.ask("PUT", "/v1/hosts/a/engine", #"{"type":"embedded"}"#).status == 200)
        let created = try client.ask("POST", "/v1/hosts/a/processes", #"{"imageFileName":"b.exe"}"#)
        #expect(try created.messages.first?["status"]?.string == "STATUS_SUCCESS")
        #expect(former.held == 2)

        former.release()
        let message = try #require(try creator.receive().messages.first)
        #expect(message["status"]?.string == "STATUS_SUCCESS")
        #expect(message["acknowledged"]?.bool == true)
        #expect(try eventually { try client.ask("GET", "/v1/hosts/a/counters").integer("async", "sent") == 2 })
        #expect(former.received.count == 2)  // the CreateThread message was sent to the new one
    }

    @Test func `the result of the former engine is not reported for the new one`() throws {
        let live = try LiveAPI()
        let client = try live.client()
        try Processes.make(on: "a", client)
        _ = try client.ask("PUT", "/v1/hosts/a/engine", #"{"type":"embedded","reply":"timeout"}"#)
        let creator = try live.client()
        try creator.begin(Processes.remoteThread(on: "a"))
        try #require(live.waits(of: .seconds(1)))
        _ = try client.ask("PUT", "/v1/hosts/a/engine", #"{"type":"embedded"}"#)
        live.timers.advance(by: .seconds(1))
        #expect(try creator.receive().messages.first?["status"]?.string == "STATUS_TIMEOUT")
        #expect(try client.ask("GET", "/v1/hosts/a/engine").json["lastError"]?.isNull == true)
    }

    @Test func `engines are replaced while messages are sent and none is lost`() throws {
        let receiver = try HoldingReceiver()
        receiver.release()
        let setting = receiver.setting
        let live = try LiveAPI()
        try Processes.make(on: "a", try live.client())
        _ = try live.client().ask("PUT", "/v1/hosts/a/engine", #"{"type":"none"}"#)
        onThreads(4) { index in
            guard let client = try? live.client() else { return }
            for round in 0..<100 {
                let engine = round.isMultiple(of: 2) ? setting : #"{"type":"none"}"#
                _ =
                    try? index == 0
                    ? client.ask("PUT", "/v1/hosts/a/engine", engine)
                    : client.ask("POST", Processes.imageLoad(on: "a").target, Processes.imageLoad(on: "a").body)
            }
        }
        let client = try live.client()
        #expect(try client.ask("POST", "/v1/hosts/a/worker/drain", "{}").json["drained"]?.bool == true)
        let counters = try client.ask("GET", "/v1/hosts/a/counters")
        #expect(try counters.integer("async", "enqueued") == 300)
        #expect(try counters.integer("async", "sent") + counters.integer("async", "sendFailed") == 300)
        let sent = try counters.integer("async", "sent")
        #expect(sent == receiver.received.count)
    }

    @Test func `webhook-timestamp is wall time whatever the host's clock shows`() throws {
        let receiver = try HoldingReceiver()
        receiver.release()
        let live = try LiveAPI()
        let client = try live.client()
        _ = try client.ask(
            "PUT", "/v1/hosts/a",
            #"{"clock":{"mode":"manual","now":"2001-01-01T00:00:00Z"},"engine":\#(receiver.setting)}"#)
        #expect(try client.ask("POST", "/v1/hosts/a/processes", #"{"imageFileName":"a.exe"}"#).status == 201)
        let timestamp = try #require(receiver.received.first?.headers["webhook-timestamp"].flatMap { Int($0) })
        #expect(timestamp > 1_700_000_000)
        let event = Answer(status: 200, headers: [:], body: try #require(receiver.received.first).body)
        #expect(try event.string("time").hasPrefix("2001-01-01T00:00:00"))
    }
}
