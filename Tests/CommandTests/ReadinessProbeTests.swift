import Console
import Glibc
import Locking
import MicroHTTPD
import TestCertificates
import TestSupport
import Testing

@testable import wdfilterd

@Suite struct ReadinessProbeTests {
    @Test(arguments: [(200, true), (503, false), (404, false)])
    func `a service is ready if it says so`(status: Int, isReady: Bool) throws {
        let daemon = try Daemon(DaemonConfiguration(), handler: Readiness(status: status)) { _ in }
        defer { daemon.stop(within: .seconds(5)) }
        let probe = try #require(ServiceTarget("http://127.0.0.1:\(daemon.port)/").map { ReadinessProbe($0) })
        if isReady { return try probe.check(within: .failSafe) }
        let failure = #expect(throws: ReadinessProbe.Failure.self) { try probe.check(within: .failSafe) }
        #expect(failure?.description == "the answer is \(status)")
    }

    @Test func `a unix domain socket can be probed`() throws {
        let path = "/tmp/wdfilterd-test-\(getpid()).sock"
        let daemon = try Daemon(DaemonConfiguration(.unix(path: path)), handler: Readiness(status: 200)) { _ in }
        defer { daemon.stop(within: .seconds(5)) }
        try #require(ServiceTarget("unix:" + path).map { ReadinessProbe($0) }).check(within: .failSafe)
        #expect(throws: ReadinessProbe.Failure.self) {
            try #require(ServiceTarget("unix:\(path).other").map { ReadinessProbe($0) }).check(within: .failSafe)
        }
    }

    @Test func `a certificate is checked by default`() async throws {
        let certificate = try Certificate(for: "localhost")
        var configuration = DaemonConfiguration()
        configuration.tls = try TLSIdentity(certificateChain: certificate.certificate, privateKey: certificate.key)
        let daemon = try Daemon(configuration, handler: Readiness(status: 200)) { _ in }
        defer { daemon.stop(within: .seconds(5)) }
        let url = "https://127.0.0.1:\(daemon.port)"
        let strict = try #require(ServiceTarget(url).map { ReadinessProbe($0) })
        #expect(throws: ReadinessProbe.Failure.self) { try strict.check(within: .failSafe) }
        let lenient = try #require(ServiceTarget(url, checksCertificate: false).map { ReadinessProbe($0) })
        try lenient.check(within: .failSafe)
        // The certificate is for localhost and is its own authority, but it is not for 127.0.0.1.
        let file = "/tmp/wdfilterd-test-\(getpid()).pem"
        try #require(Glibc.creat(file, 0o600) >= 0)
        defer { unlink(file) }
        let handle = try #require(fopen(file, "w"))
        fwrite(certificate.certificate, 1, certificate.certificate.count, handle)
        fclose(handle)
        let named = try #require(ServiceTarget(url, caFile: file).map { ReadinessProbe($0) })
        #expect(throws: ReadinessProbe.Failure.self) { try named.check(within: .failSafe) }
    }

    @Test func `a missing server is reported at once`() throws {
        let port = try BoundPort()
        let probe = try #require(ServiceTarget("http://localhost:\(port.number)").map { ReadinessProbe($0) })
        let failure = #expect(throws: ReadinessProbe.Failure.self) { try probe.check(within: .failSafe) }
        #expect(failure?.description == "Couldn't connect to server")
    }

    @Test func `an unresponsive service times out`() throws {
        let held = HeldAnswers()
        let daemon = try Daemon(DaemonConfiguration(), handler: held) { _ in }
        let probe = try #require(ServiceTarget("http://127.0.0.1:\(daemon.port)").map { ReadinessProbe($0) })
        let failure = #expect(throws: ReadinessProbe.Failure.self) { try probe.check(within: .milliseconds(50)) }
        #expect(failure?.description == "no answer in time")
        held.answer()
        daemon.stop(within: .seconds(5))
    }

    @Test(arguments: [
        "", "http://", "ftp://127.0.0.1:1", "127.0.0.1:1", "http://example.org:80", "http://127.0.0.1",
        "http://127.0.0.1:0", "https://127.0.0.1", "unix:", "systemd",
        "http://127.0.0.1:80/path", "http://a@127.0.0.1:80",
    ])
    func `anything but http or https with an address and a port, or a socket, is refused`(url: String) {
        #expect(ServiceTarget(url) == nil)
    }
}

/// Answers `GET /readyz` with a status, and anything else with 400.
private final class Readiness: RequestHandler {
    private let status: Int

    init(status: Int) { self.status = status }

    func begin(_ head: RequestHead) -> RequestPlan {
        .reject(Response(status: head.method == .get && head.target.path == "/readyz" ? status : 400))
    }

    func refuse(_ violation: RequestViolation, _ head: RequestHead?) -> Response { Response(status: violation.status) }
}

/// Answers on demand.
private final class HeldAnswers: RequestHandler {
    private let held = Locked<[Responder]>([])

    func begin(_ head: RequestHead) -> RequestPlan {
        .collect(limit: 0, tooLarge: { Response(status: 413) }) { _, responder in
            self.held.withLock { $0.append(responder) }
        }
    }

    func refuse(_ violation: RequestViolation, _ head: RequestHead?) -> Response { Response(status: violation.status) }

    func answer() {
        let responders = held.withLock { responders in
            defer { responders = [] }
            return responders
        }
        for responder in responders { responder.respond(Response(status: 200)) }
    }
}

/// A port that is bound but not listened on: connections are refused, and no other test gets it.
private final class BoundPort {
    let number: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let results = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                [bind(descriptor, $0, size), getsockname(descriptor, $0, &size)]
            }
        }
        number = UInt16(bigEndian: address.sin_port)
        try #require(results == [0, 0])
    }

    deinit { close(descriptor) }
}
