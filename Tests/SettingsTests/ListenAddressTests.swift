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
    func `anything else is not`(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1:1", true), ("127.255.255.254:1", true), ("[::1]:1", true), ("[::ffff:127.0.0.1]:1", true),
        ("0.0.0.0:1", false), ("[::]:1", false), ("128.0.0.1:1", false), ("[::2]:1", false),
        ("[::ffff:10.0.0.1]:1", false), ("[::127.0.0.1]:1", false),
    ])
    func `loopback is told from the rest`(text: String, isLoopback: Bool) throws {
        #expect(try #require(ListenAddress(text)).isLoopback == isLoopback)
    }

    @Test func `beyond loopback it refuses unless that is asked for`() throws {
        expectFaults(
            "server:\n  listen: 0.0.0.0:8080\n",
            [
                "wdfilterd.yaml:2: server.listen: 0.0.0.0:8080 is beyond loopback and clients are not authenticated: "
                    + "set server.insecureListen (--insecure-listen) if that is meant"
            ])
        let meant = SettingsFlag("--insecure-listen", key: "server.insecureListen", value: "true")
        #expect(try load("server: {listen: '[::]:80'}", flags: [meant]).server.listen.description == "[::]:80")
        let elsewhere = SettingsFlag("--listen", key: "server.listen", value: "127.0.0.1:0")
        #expect(try load("server: {listen: 0.0.0.0:80}", flags: [elsewhere]).server.listen.port == 0)
    }
}
