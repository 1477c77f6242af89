import Driver
import DriverJSON
import Glibc
import Messages
import TestCertificates
import TestSupport
import Testing
@testable import WebhookEngine

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
        #expect(receiver.requests == [])
    }

    @Test(arguments: [("TLS1.3", true), ("TLS1.2", true), ("TLS1.1", false), ("TLS1.0", false)])
    func `TLS is used from version 1.2 on`(version: String, isTaken: Bool) async throws {
        let certificate = try Certificate(for: "localhost")
        let receiver = try TLSReceiver(certificate, priority: "LEGACY:-VERS-ALL:+VERS-\(version)")
        let result = try await certificate.withFile { try await status(receiver, caFile: $0) }
        #expect(result == (isTaken ? .success : .portDisconnected))
    }

    @Test func `a CA file that is a device, endless, missing or something else is refused with a reason`()
        throws
    {
        for (path, detail) in [
            ("/nonexistent/ca.pem", "cannot be read: No such file or directory"),
            ("/dev/zero", "is a device, not a regular file"), ("/tmp", "is a directory, not a regular file"),
            ("/proc/self/pagemap", "is not a regular file: it has content but no size, as files of /proc have"),
            ("/etc/passwd", "holds no PEM certificate"),
        ] {
            #expect(throws: WebhookEngineError.caFile(detail)) { try CertificateFile(path: path).read() }
        }
    }

    @Test func `a CA file that becomes a FIFO delays nothing, and its old content stays in effect`() async throws {
        let certificate = try Certificate(for: "localhost")
        let receiver = try TLSReceiver(certificate)
        try await certificate.withFile { path in
            let engine = try WebhookEngine.make("https://localhost:\(receiver.port)/", caFile: path)
            try #require(unlink(path) == 0 && mkfifo(path, 0o600) == 0)
            #expect(await engine.status(of: .sync(), timeout: .failSafe) == .success)
        }
    }

    @Test func `a changed CA file is read again, and connections made with the old one are no longer used`()
        async throws
    {
        let certificate = try Certificate(for: "localhost")
        let receiver = try TLSReceiver(certificate)
        let stranger = try Certificate(for: "localhost")
        try await certificate.withFile { path in
            let file = try CertificateFile(path: path)
            try file.read()
            let engine = WebhookEngine(
                configuration: try WebhookConfiguration(url: "https://localhost:\(receiver.port)/", caFile: file),
                origin: EventOrigin(host: "default"), version: "1", thread: try WebhookThread(), clock: StoppedClock())
            #expect(await engine.status(of: .sync()) == .success)
            try await stranger.withFile { other in
                let known = file.version
                try #require(rename(other, path) == 0)
                // Nothing is sent meanwhile: the first message after the change is the one to check.
                for _ in 0..<2000 where file.version == known { usleep(10_000) }
                #expect(await engine.status(of: .sync()) == .portDisconnected)
            }
        }
    }

    @Test func `an engine that is set after a CA file changed affects those that share its connections`()
        async throws
    {
        let certificate = try Certificate(for: "localhost")
        let receiver = try TLSReceiver(certificate)
        let stranger = try Certificate(for: "localhost")
        let thread = try WebhookThread()
        let url = "https://localhost:\(receiver.port)/"
        try await certificate.withFile { path in
            let engine = try WebhookEngine.make(url, caFile: path, thread: thread)
            #expect(await engine.status(of: .sync()) == .success)
            try await stranger.withFile { other in
                try #require(rename(other, path) == 0)
                let next = try WebhookEngine.make(url, caFile: path, thread: thread, host: "next")
                #expect(await next.status(of: .sync()) == .portDisconnected)
                #expect(await engine.status(of: .sync()) == .portDisconnected)
            }
        }
    }
}
