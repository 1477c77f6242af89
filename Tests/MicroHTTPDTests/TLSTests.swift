import CGnuTLS
import MicroHTTPD
import TestCertificates
import TestSupport
import Testing

struct TLSTests {
    private static func identity(_ certificate: Certificate) throws -> TLSIdentity {
        try TLSIdentity(certificateChain: certificate.certificate, privateKey: certificate.key)
    }

    /// A certificate as a client sees it: the DER between the lines of the PEM.
    private static func bytes(_ certificate: Certificate) throws -> [UInt8] {
        var pem = certificate.certificate
        var size = pem.count
        var der = [UInt8](repeating: 0, count: size)
        let result = pem.withUnsafeMutableBufferPointer { buffer in
            var datum = gnutls_datum_t(data: buffer.baseAddress, size: UInt32(buffer.count))
            return gnutls_pem_base64_decode("CERTIFICATE", &datum, &der, &size)
        }
        try GnuTLSError.check(result)
        return Array(der[..<size])
    }

    @Test(arguments: ["1.2", "1.3"]) func `TLS is served, and a connection is kept`(version: String) throws {
        let certificate = try Certificate(for: "localhost")
        let daemon = try Daemon.start(echo) { $0.tls = try? Self.identity(certificate) }
        let client = try TLSClient(daemon.port, priority: "NORMAL:-VERS-ALL:+VERS-TLS\(version)")
        #expect(client.version == "TLS\(version)")
        #expect(client.certificate == (try Self.bytes(certificate)))
        for _ in 0..<3 { #expect(try client.ask(get("/t")).hasSuffix("GET /t ")) }
        daemon.stop(within: .seconds(5))
    }

    @Test(arguments: ["1.0", "1.1"]) func `old versions are refused`(version: String) throws {
        let certificate = try Certificate(for: "localhost")
        let daemon = try Daemon.start(echo) { $0.tls = try? Self.identity(certificate) }
        #expect(throws: GnuTLSError.self) {
            try TLSClient(daemon.port, priority: "LEGACY:-VERS-ALL:+VERS-TLS\(version)")
        }
        #expect(try TLSClient(daemon.port).ask(get()).hasPrefix("HTTP/1.1 200"))
    }

    @Test func `a client that sends plain text is not answered`() throws {
        let certificate = try Certificate(for: "localhost")
        let daemon = try Daemon.start(echo) { $0.tls = try? Self.identity(certificate) }
        let client = try Client(daemon.port)
        try client.send(get())
        let answer = try client.receiveToEnd()
        #expect(!String(decoding: answer, as: UTF8.self).contains("HTTP"))
    }

    @Test func `a client without a handshake is cut off in time`() throws {
        let certificate = try Certificate(for: "localhost")
        let daemon = try Daemon.start(echo) {
            $0.tls = try? Self.identity(certificate)
            $0.requestDeadline = .milliseconds(200)
        }
        let client = try Client(daemon.port)
        // The first bytes of a record of 256 bytes that never arrives.
        try client.send([22, 3, 1, 1, 0, 1])
        #expect(try client.receiveToEnd() == [])
        #expect(eventually { daemon.statistics.cutByDeadline == 1 })
    }

    @Test func `a new certificate is shown to new connections, and the old ones continue`() throws {
        let first = try Certificate(for: "first")
        let second = try Certificate(for: "second")
        let daemon = try Daemon.start(echo) { $0.tls = try? Self.identity(first) }
        let old = try TLSClient(daemon.port)
        daemon.replaceIdentity(try Self.identity(second))
        let new = try TLSClient(daemon.port)
        #expect(old.certificate == (try Self.bytes(first)))
        #expect(new.certificate == (try Self.bytes(second)))
        #expect(try old.ask(get("/old")).hasSuffix("GET /old "))
        #expect(try new.ask(get("/new")).hasSuffix("GET /new "))
        daemon.stop(within: .seconds(5))
    }

    @Test func `an identity lives as long as a connection that began with it`() throws {
        let daemon = try Daemon.start(echo) { $0.tls = try? Self.identity(Certificate(for: "a")) }
        weak var watched: TLSIdentity?
        do {
            let identity = try Self.identity(Certificate(for: "b"))
            watched = identity
            daemon.replaceIdentity(identity)
        }
        var client: TLSClient? = try TLSClient(daemon.port)
        daemon.replaceIdentity(try Self.identity(Certificate(for: "c")))
        #expect(watched != nil)
        #expect(try client?.ask(get()).hasPrefix("HTTP/1.1 200") == true)
        client = nil
        #expect(eventually { watched == nil })
        daemon.stop(within: .seconds(5))
    }

    @Test func `invalid certificates and invalid keys are distinguished`() throws {
        let one = try Certificate(for: "one")
        let other = try Certificate(for: "other")
        func fault(_ chain: [UInt8], _ key: [UInt8]) -> String {
            do throws(TLSIdentity.Fault) {
                _ = try TLSIdentity(certificateChain: chain, privateKey: key)
                return "none"
            } catch {
                switch error {
                case .badCertificate(let detail): return detail.isEmpty ? "" : "certificate"
                case .badKey(let detail): return detail.isEmpty ? "" : "key"
                case .mismatch: return "mismatch"
                }
            }
        }
        #expect(fault(one.certificate, one.key) == "none")
        #expect(fault(one.certificate, other.key) == "mismatch")
        for bad in [[], Array("nonsense".utf8), one.key, Array(one.certificate.dropLast(30))] {
            #expect(fault(bad, one.key) == "certificate")
        }
        for bad in [[], Array("nonsense".utf8), one.certificate, Array(one.key.dropLast(60))] {
            #expect(fault(one.certificate, bad) == "key")
        }
        // Not in the order of issuers.
        #expect(fault(one.certificate + other.certificate, one.key) == "certificate")
    }
}
