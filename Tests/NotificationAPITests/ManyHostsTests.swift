import TestSupport
import Testing
import YAMLTesting

/// SYN-10, ASY-5: a wait for an engine blocks no thread and delays nothing else.
@Suite struct ManyHostsTests {
    private static let hosts = 1000

    /// A thousand hosts with a sync wait and an async send in flight at `engine`; `finish` lets the engine answer.
    private func run(
        _ live: LiveAPI, engine: String, areWaiting: (Int) -> Bool, finish: () -> Void
    ) throws {
        let client = try live.client()
        let limits = #"{"asyncTimeoutMs":60000,"syncMonitorNotificationTimeoutMs":60000}"#
        var waiting: [HTTPClient] = []
        for number in 0..<ManyHostsTests.hosts {
            let host = "host-\(number)"
            try Processes.make(on: host, client, hostBody: #"{"config":\#(limits)}"#)
            try #require(try client.ask("PUT", "/v1/hosts/\(host)/engine", engine).status == 200)
            try client.begin(Processes.imageLoad(on: host))
            try #require(try client.receive().status == 200)
            let creator = try live.client()
            try creator.begin(Processes.remoteThread(on: host))
            waiting.append(creator)
        }
        #expect(areWaiting(2 * ManyHostsTests.hosts))
        #expect(ProcessResources.now.threads < 64)

        // Nothing else is delayed: neither another host, nor another process of a waiting host.
        try Processes.make(on: "default", client)
        try client.begin(Processes.remoteThread(on: "default"))
        #expect(try client.receive().messages.first?["acknowledged"]?.bool == true)
        let own = try client.ask("POST", "/v1/hosts/host-0/processes/\(Processes.other)/threads", "{}")
        #expect(own.status == 201)
        #expect(try client.ask("GET", "/v1/hosts/host-1/counters").integer("async", "inHand") == 1)

        finish()
        for (number, creator) in waiting.enumerated() {
            let answer = try creator.receive()
            let message = try #require(try answer.messages.first)
            #expect(answer.status == 201)
            #expect(message["status"]?.string == "STATUS_SUCCESS")
            #expect(message["acknowledged"]?.bool == true, "host-\(number)")
        }
        #expect(
            try eventually {
                finish()
                return try (0..<ManyHostsTests.hosts).allSatisfy { number in
                    let counters = try client.ask("GET", "/v1/hosts/host-\(number)/counters")
                    return try counters.integer("async", "sent") == 2 && counters.integer("async", "inHand") == 0
                }
            })
    }

    @Test func `a thousand hosts wait for embedded engines at once, without a thread each`() throws {
        let live = try LiveAPI()
        try run(live, engine: #"{"type":"embedded","delayMs":500}"#) { count in
            live.waits(count, of: .milliseconds(500))
        } finish: {
            live.timers.advance(by: .milliseconds(500))
        }
    }

    @Test func `a thousand hosts wait for a webhook at once, without a thread each`() throws {
        let receiver = try HoldingReceiver()
        let live = try LiveAPI()
        try run(live, engine: receiver.setting) { count in
            eventually { receiver.held == count }
        } finish: {
            receiver.release()
        }
    }
}
