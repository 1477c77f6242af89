import Settings
import Testing

@Suite struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080), ("0.0.0.0:0", "0.0.0.0", 0), ("[::1]:65535", "::1", 65535),
        ("localhost:80", "127.0.0.1", 80), ("[fe80::1]:1", "fe80::1", 1),
    ])
    func `HOST:PORT is read`(text: String, host: String, port: UInt16) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(ListenAddress(address.description) == address)
    }

    @Test(arguments: [
        "", ":", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
        "127.0.0.1:8080 ", " 127.0.0.1:1", "::1:80", "[::1]", "[::1]80", "[127.0.0.1]:80", "[]:80", "127.1:80",
        "256.0.0.1:80", "example.org:80", "127.0.0.1:٣", "127.0.0.1:000080", "[fe80::1%lo]:1", "127.0.0.1\0:80",
    ])
    func `anything else is not an address`(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1:1", true), ("127.255.255.254:1", true), ("[::1]:1", true), ("[::ffff:127.0.0.1]:1", true),
        ("0.0.0.0:1", false), ("[::]:1", false), ("128.0.0.1:1", false), ("[::2]:1", false),
        ("[::ffff:10.0.0.1]:1", false), ("[::127.0.0.1]:1", false),
    ])
    func `loopback is distinguished from the rest`(text: String, isLoopback: Bool) throws {
        #expect(try #require(ListenAddress(text)).isLoopback == isLoopback)
    }

    @Test func `listening beyond loopback is refused unless requested`() throws {
        expectFaults(
            "server:\n  listen: 0.0.0.0:8080\n",
            [
                "wdfilterd.yaml:2: server.listen: 0.0.0.0:8080 is beyond loopback, which requires tokens (auth.tokensFile) "
                    + "and TLS (tls.certificateFile, tls.keyFile); set server.insecureListen (--insecure-listen) to listen "
                    + "without"
            ])
        let files = (tokens: "auth: {tokensFile: t}\n", tls: "tls: {certificateFile: c, keyFile: k}\n")
        let open = "server: {listen: '[::]:80'}\n"
        #expect(faults(open + files.tokens).map { $0.contains("tokens") } == [false])
        #expect(faults(open + files.tls).map { $0.contains("TLS") } == [false])
        #expect(faults(open + files.tokens + files.tls) == [])
        let meant = SettingsFlag("--insecure-listen", key: "server.insecureListen", value: "true")
        #expect(try load("server: {listen: '[::]:80'}", flags: [meant]).server.listen.description == "[::]:80")
        let elsewhere = SettingsFlag("--listen", key: "server.listen", value: "127.0.0.1:0")
        #expect(
            try load("server: {listen: 0.0.0.0:80}", flags: [elsewhere]).server.listen.description == "127.0.0.1:0")
    }

    @Test func `a unix domain socket and the socket of systemd are read`() throws {
        #expect(try load("server: {listen: 'unix:/run/w.sock'}").server.listen == .unix(path: "/run/w.sock"))
        #expect(try load("server: {listen: 'unix:a b'}").server.listen.description == "unix:a b")
        #expect(try load("server: {listen: systemd}").server.listen == .systemd)
        for text in ["unix:", "unix", "Systemd", "systemd:", "unix:" + String(repeating: "x", count: 108)] {
            #expect(ListenTarget(text) == nil)
        }
        #expect(ListenTarget("unix:" + String(repeating: "x", count: 107)) != nil)
    }

    @Test func `the mode of a socket is octal`() throws {
        for (text, bits) in [("0600", 0o600), ("'0660'", 0o660), ("0000", 0), ("0777", 0o777)] as [(String, UInt32)] {
            let mode = try load("server: {socketMode: \(text)}").server.socketMode
            #expect(mode.bits == bits)
            #expect(text.contains(mode.description))
        }
        for text in ["600", "1000", "0888", "-600", "+600", "00600", "rw-------"] {
            expectFaults(
                "server: {socketMode: \(text)}",
                ["wdfilterd.yaml:1: server.socketMode: \"\(text)\" is not an octal mode, 0000 to 0777"])
        }
    }

    @Test func `a certificate and its key must be given together`() throws {
        #expect(try load("tls: {certificateFile: c, keyFile: k}").tls.keyFile == "k")
        expectFaults(
            "tls:\n  keyFile: k\n",
            [
                "wdfilterd.yaml:2: tls.keyFile: the certificate and the key must be given together; "
                    + "tls.certificateFile is missing"
            ])
        expectFaults(
            "tls: {certificateFile: c}",
            [
                "wdfilterd.yaml:1: tls.certificateFile: the certificate and the key must be given together; "
                    + "tls.keyFile is missing"
            ]
        )
        let environment = ["WDFILTERD_TLS_KEY_FILE": "k", "WDFILTERD_AUTH_TOKENS_FILE": "t"]
        let settings = try load("tls: {certificateFile: c}", environment: environment)
        #expect(settings.tls.keyFile == "k")
        #expect(settings.auth.tokensFile == "t")
    }
}
