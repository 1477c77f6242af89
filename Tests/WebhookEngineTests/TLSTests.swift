import TestCertificates
import Driver
import Messages
import Testing
import WebhookEngine

@Suite(.timeLimit(.minutes(1)))
struct TLSTests {
    private func status(_ receiver: TLSReceiver, host: String = "localhost", caFile: String?) async throws -> NTStatus {
        try await WebhookEngine.make("https://\(host):\(receiver.port)/", caFile: caFile).status(of: .sync())
    }

    @Test func `the certificates of the CA file are trusted, and messages share a connection`() async throws {
        let certificate = try Certificate(for: "localhost")
        let receiver = try TLSReceiver(certificate)
        try await certificate.withFile { path in
            let engine = try WebhookEngine.make("https://localhost:\(receiver.port)/", caFile: path)
            for _ in 0..<3 { #expect(await engine.status(of: .sync()) == .success) }
        }
        #expect(receiver.requests == [0, 0, 0])
    }

    @Test func `a certificate of an unknown authority, or for another name, is STATUS_PORT_DISCONNECTED`() async throws
    {
        let certificate = try Certificate(for: "localhost")
        let receiver = try TLSReceiver(certificate)
        #expect(try await status(receiver, caFile: nil) == .portDisconnected)
        let stranger = try Certificate(for: "localhost")
        let unknown = try await stranger.withFile { try await status(receiver, caFile: $0) }
        #expect(unknown == .portDisconnected)
        let misnamed = try await certificate.withFile { try await status(receiver, host: "127.0.0.1", caFile: $0) }
        #expect(misnamed == .portDisconnected)
        #expect(try await status(receiver, caFile: "/nonexistent/ca.pem") == .portDisconnected)
        #expect(receiver.requests == [])
    }

    @Test(arguments: [("TLS1.3", true), ("TLS1.2", true), ("TLS1.1", false), ("TLS1.0", false)])
    func `TLS is spoken from version 1.2 on`(version: String, isTaken: Bool) async throws {
        let certificate = try Certificate(for: "localhost")
        let receiver = try TLSReceiver(certificate, priority: "LEGACY:-VERS-ALL:+VERS-\(version)")
        let result = try await certificate.withFile { try await status(receiver, caFile: $0) }
        #expect(result == (isTaken ? .success : .portDisconnected))
    }
}
