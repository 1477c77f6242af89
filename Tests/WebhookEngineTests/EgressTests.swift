import Driver
import Glibc
import Messages
import Testing

@testable import WebhookEngine

/// The rules apply to every connection, whatever the URL looks like.
@Suite(.timeLimit(.minutes(2)))
struct EgressTests {
    private static let closed = "loopback, and allowLoopback is false"

    /// URLs of this machine, without the port, and the refused address.
    private static let spellings: [(host: String, told: String)] = [
        ("127.0.0.1", "127.0.0.1 is \(closed)"), ("127.1", "127.0.0.1 is \(closed)"),
        ("2130706433", "127.0.0.1 is \(closed)"), ("0x7f.1", "127.0.0.1 is \(closed)"),
        ("0x7f000001", "127.0.0.1 is \(closed)"), ("0177.0.0.1", "127.0.0.1 is \(closed)"),
        ("127.0.0.2", "127.0.0.2 is \(closed)"),
        ("[::1]", "::1 is \(closed)"), ("[0:0:0:0:0:0:0:1]", "::1 is \(closed)"),
        ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1 is \(closed)"), ("[::ffff:7f00:1]", "::ffff:127.0.0.1 is \(closed)"),
        ("0", "0.0.0.0 is unspecified"), ("0.0.0.0", "0.0.0.0 is unspecified"), ("[::]", ":: is unspecified"),
        ("[::ffff:0.0.0.0]", "::ffff:0.0.0.0 is unspecified"), ("[::127.0.0.1]", "::127.0.0.1 is reserved"),
        ("[64:ff9b::7f00:1]", "64:ff9b::7f00:1 is reserved"), ("[2002:7f00:1::]", "2002:7f00:1:: is reserved"),
        ("localhost", "127.0.0.1 is \(closed)"), ("LOCALHOST", "127.0.0.1 is \(closed)"),
        ("a.localhost", "127.0.0.1 is \(closed)"),
    ]

    @Test(arguments: spellings.indices)
    func `disabled loopback is not connected to, however it is spelled`(index: Int) async throws {
        let (host, told) = Self.spellings[index]
        let receivers = [try ScriptedReceiver(on: "0.0.0.0"), try ScriptedReceiver(on: "::")]
        let thread = try WebhookThread(EgressRules(allowLoopback: false))
        for receiver in receivers {
            let engine = try WebhookEngine.make("http://\(host):\(receiver.port)/", thread: thread)
            for message in [EngineMessage.sync(), .async(), .create] {
                let outcome = await engine.outcome(of: message)
                #expect(outcome.status == .portDisconnected)
                let text = try #require(outcome.fault)
                #expect(text.hasPrefix("not connected: "))
                #expect(text.contains(told))
            }
            #expect(receiver.connections == 0)
        }
    }

    @Test(arguments: [
        ("169.254.169.254", "169.254.169.254 is a cloud's metadata service"),
        ("0xa9fea9fe", "169.254.169.254 is a cloud's metadata service"),
        ("[::ffff:169.254.169.254]", "::ffff:169.254.169.254 is a cloud's metadata service"),
        ("[fd00:ec2::254]", "fd00:ec2::254 is a cloud's metadata service"),
        ("169.254.1.1", "169.254.1.1 is link-local"),
        ("10.0.0.1", "10.0.0.1 is private, and not in allowedRanges"),
        ("255.255.255.255", "255.255.255.255 is broadcast"),
        ("224.0.0.1", "224.0.0.1 is multicast"), ("[fe80::1]", "fe80::1 is link-local"),
    ])
    func `addresses that are never allowed are refused at once`(host: String, told: String) async throws {
        let engine = try WebhookEngine.make("https://\(host)/latest/meta-data/")
        let expected = EngineResult(status: .portDisconnected, fault: "not connected: \(told)")
        #expect(await engine.outcome(of: .sync()) == expected)
    }

    @Test func `if a name has several addresses, denied ones are skipped`() async throws {
        // localhost is ::1 and 127.0.0.1.
        for (denied, host) in [("::1/128", "127.0.0.1"), ("127.0.0.0/8", "::1")] {
            let receiver = try ScriptedReceiver(on: host)
            let thread = try WebhookThread(try EgressRules(deniedRanges: [denied]))
            let engine = try WebhookEngine.make("http://localhost:\(receiver.port)/", thread: thread)
            for _ in 0..<3 { #expect(await engine.outcome(of: .sync()).fault == nil) }
            #expect(receiver.requests.count == 3)
        }
    }

    @Test func `if the remaining address cannot be connected to, both are reported`() async throws {
        let socket = try ListeningSocket(on: "127.0.0.1", backlog: 1)
        close(socket.descriptor)
        let thread = try WebhookThread(try EgressRules(deniedRanges: ["::1/128"]))
        let engine = try WebhookEngine.make("http://localhost:\(socket.port)/", thread: thread)
        let outcome = await engine.outcome(of: .sync())
        #expect(outcome.status == .portDisconnected)
        let text = try #require(outcome.fault)
        #expect(text.hasPrefix("Failed to connect to localhost"))
        #expect(text.hasSuffix("; not connected: ::1 is in deniedRanges"))
    }

    @Test func `a kept connection is used again, and each new one is checked`() async throws {
        let receiver = try ScriptedReceiver { request in
            let last = Array("HTTP/1.1 200 X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".utf8)
            return request["webhook-id"]?.hasSuffix("-3") == true ? [.send(last), .close] : .reply()
        }
        let thread = try WebhookThread(try EgressRules(deniedRanges: ["127.0.0.2/32"]))
        let engine = try WebhookEngine.make(receiver.url, thread: thread)
        let refused = try WebhookEngine.make("http://127.0.0.2:\(receiver.port)/", thread: thread)
        for number in UInt64(1)...4 {
            #expect(await engine.status(of: .async(number)) == .success)
            #expect(await refused.status(of: .async(number)) == .portDisconnected)
        }
        #expect(receiver.connections == 2)
    }

    @Test func `a redirect to a denied address is not followed`() async throws {
        let receiver = try ScriptedReceiver { _ in
            [.send(Array("HTTP/1.1 307 X\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n".utf8))]
        }
        let engine = try WebhookEngine.make(receiver.url)
        #expect(await engine.outcome(of: .sync()) == EngineResult(status: .unsuccessful, fault: "HTTP status 307"))
    }
}
