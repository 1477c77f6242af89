import Driver
import Glibc
import JSON
import Messages
import Testing
import WebhookEngine

@Suite(.timeLimit(.minutes(1)))
struct RequestTests {
    @Test func `a message is one POST of a CloudEvent with the headers of Standard Webhooks`() async throws {
        let receiver = try ScriptedReceiver()
        let secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let engine = try WebhookEngine.make(
            receiver.url, secret: secret, headers: ["Authorization": "Bearer t", "X-Empty": ""])
        #expect(await engine.status(of: .sync()) == .success)
        let request = try #require(receiver.requests.first)
        #expect(receiver.requests.count == 1)
        #expect(request.line == "POST /hook?x=1 HTTP/1.1")
        #expect(request["Content-Type"] == "application/cloudevents+json")
        #expect(request["User-Agent"] == "wdfilterd/1.2.3")
        #expect(request["Authorization"] == "Bearer t")
        #expect(request["X-Empty"] == "")
        #expect(request["Expect"] == nil)
        #expect(request["Transfer-Encoding"] == nil)
        #expect(request["webhook-id"] == "default-5f3a9c-17")
        #expect(request["webhook-timestamp"] == "\(StoppedClock.unixSecond)")
        let signature = try #require(request["webhook-signature"])
        #expect(
            WebhookSignature.verify(
                signature, id: "default-5f3a9c-17", timestamp: "\(StoppedClock.unixSecond)", body: request.body,
                with: secret))
        let (id, subject, host, pid) = try JSONDocument.read(request.body) { value in
            let event = value.openObject()
            let data = event?["data"]?.openObject()
            return (
                event?["id"]?.string(), event?["subject"]?.string(), data?["host"]?.string(),
                data?["targetProcess"]?.openObject()?["processId"]?.unsigned(in: 0...9999)
            )
        }
        #expect(id == "default-5f3a9c-17")
        #expect(subject == "process/584")
        #expect(host == "default")
        #expect(pid == 664)
    }

    @Test(arguments: ["Accept", "accept"]) func `a custom Accept takes the place of ours`(name: String) async throws {
        let receiver = try ScriptedReceiver()
        for (headers, accepted) in [([:], "*/*"), ([name: "application/json"], "application/json")] {
            #expect(try await WebhookEngine.make(receiver.url, headers: headers).status(of: .async()) == .success)
            let found = try #require(receiver.requests.last).headers.filter { $0.name.lowercased() == "accept" }
            #expect(found.map(\.value) == [accepted])
        }
    }

    @Test func `without a secret messages are not signed`() async throws {
        let receiver = try ScriptedReceiver()
        #expect(try await WebhookEngine.make(receiver.url).status(of: .async()) == .success)
        #expect(receiver.requests.first?["webhook-signature"] == nil)
        #expect(receiver.requests.first?["webhook-id"] == "default-5f3a9c-18")
    }

    @Test func `a ping is an event of its own type with a new id each time`() async throws {
        let receiver = try ScriptedReceiver { _ in .reply("whatever") }
        let engine = try WebhookEngine.make(receiver.url)
        #expect(await engine.pingResult() == EngineResult(status: .success))
        #expect(await engine.pingResult() == EngineResult(status: .success))
        #expect(receiver.requests.map { $0["webhook-id"] } == ["default-5f3a9c-ping-1", "default-5f3a9c-ping-2"])
        let type = try JSONDocument.read(receiver.requests[0].body) { $0.openObject()?["type"]?.string() }
        #expect(type == "wdfilter.ping")
    }

    @Test(arguments: [0, 1, 1000, 60_000, 1_500_000])
    func `a body of any size arrives complete and does not wait for a 100 Continue`(bytes: Int) async throws {
        let receiver = try ScriptedReceiver()
        let engine = try WebhookEngine.make(receiver.url)
        #expect(await engine.status(of: .async(bytes: bytes)) == .success)
        let data = try JSONDocument.read(receiver.requests[0].body) {
            $0.openObject()?["data"]?.openObject()?["data"]?.string(maxUTF16: 3_000_000)
        }
        #expect(data.utf8.count == (bytes + 2) / 3 * 4)
        #expect(receiver.requests[0].headers.allSatisfy { $0.name.lowercased() != "expect" })
    }

    @Test(arguments: ["::1", "127.0.0.1"])
    func `IPv6 and IPv4 are supported`(host: String) async throws {
        let receiver = try ScriptedReceiver(on: host)
        #expect(try await WebhookEngine.make(receiver.url).status(of: .sync()) == .success)
    }

    @Test func `a name is looked up`() async throws {
        let receiver = try ScriptedReceiver()
        let engine = try WebhookEngine.make("http://localhost:\(receiver.port)/")
        #expect(await engine.status(of: .sync()) == .success)
        #expect(receiver.requests.first?["Host"] == "localhost:\(receiver.port)")
    }

    @Test func `a proxy from the environment is not used`() async throws {
        // In a separate process, because of the environment.
        await #expect(processExitsWith: .success) {
            let proxy = try ScriptedReceiver()
            for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"] {
                setenv(name, "http://127.0.0.1:\(proxy.port)", 1)
            }
            let receiver = try ScriptedReceiver()
            #expect(try await WebhookEngine.make(receiver.url).status(of: .sync()) == .success)
            #expect(receiver.requests.count == 1)
            #expect(proxy.connections == 0)
        }
    }
}
