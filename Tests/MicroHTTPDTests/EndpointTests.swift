import Glibc
import MicroHTTPD
import Testing

/// Listening on something other than a TCP port.
struct EndpointTests {
    /// A directory that is removed with its content.
    private final class Directory {
        let path: String
        var socket: String { path + "/socket" }

        init() throws {
            var template = Array("/tmp/wdfilterd-test-XXXXXX".utf8CString)
            try #require(mkdtemp(&template) != nil)
            path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }

        deinit {
            unlink(socket)
            rmdir(path)
        }

        /// The mode of the file at the socket's path; nil if there is none.
        var mode: mode_t? {
            var status = stat()
            return lstat(socket, &status) == 0 ? status.st_mode : nil
        }
    }

    @Test(arguments: [0o600, 0o660, 0o000, 0o777] as [UInt32])
    func `a unix domain socket is served with its mode, and is removed afterwards`(mode: UInt32) throws {
        let directory = try Directory()
        let daemon = try Daemon.start(
            collecting { request, responder in
                responder.respond(Response(status: 200, body: Array(request.head.remoteAddress.utf8)))
            }
        ) { $0.endpoint = .unix(path: directory.socket, mode: mode) }
        #expect(daemon.address == .unix(path: directory.socket))
        #expect(daemon.port == 0)
        #expect(directory.mode == S_IFSOCK | mode)
        // Root may connect whatever the mode.
        if mode != 0 || geteuid() == 0 {
            let client = try Client(path: directory.socket)
            for _ in 0..<2 {
                try client.send(get())
                #expect(try client.receive().text == "local")
            }
        }
        daemon.stop(within: .seconds(5))
        #expect(directory.mode == nil)
    }

    @Test func `a socket left behind by a dead service is replaced`() throws {
        let directory = try Directory()
        let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let address = try #require(UnixAddress(directory.socket))
        try #require(address.bind(left) == 0)
        close(left)
        let daemon = try Daemon.start(echo) { $0.endpoint = .unix(path: directory.socket) }
        let client = try Client(path: directory.socket)
        try client.send(get())
        #expect(try client.receive().status == 200)
        daemon.stop(within: .seconds(5))
    }

    @Test func `a socket that another process listens on is left alone`() throws {
        let directory = try Directory()
        let first = try Daemon.start(echo) { $0.endpoint = .unix(path: directory.socket) }
        #expect(throws: DaemonError.cannotListen(address: directory.socket, code: EADDRINUSE)) {
            try Daemon.start(echo) { $0.endpoint = .unix(path: directory.socket) }
        }
        let client = try Client(path: directory.socket)
        try client.send(get())
        #expect(try client.receive().status == 200)
        first.stop(within: .seconds(5))
    }

    @Test func `a file that is not a socket is not removed`() throws {
        let directory = try Directory()
        let file = try #require(fopen(directory.socket, "w"))
        fclose(file)
        #expect(throws: DaemonError.cannotListen(address: directory.socket, code: EADDRINUSE)) {
            try Daemon.start(echo) { $0.endpoint = .unix(path: directory.socket) }
        }
        #expect(directory.mode.map { $0 & S_IFMT } == S_IFREG)
    }

    @Test func `an invalid path for a socket is an error`() {
        for path in ["", "@name", "/tmp/" + String(repeating: "x", count: 103), "/tmp/a\0b"] {
            #expect(throws: DaemonError.badAddress(path)) {
                try Daemon.start(echo) { $0.endpoint = .unix(path: path) }
            }
        }
        #expect(throws: DaemonError.cannotListen(address: "/nonexistent/socket", code: ENOENT)) {
            try Daemon.start(echo) { $0.endpoint = .unix(path: "/nonexistent/socket") }
        }
    }

    /// A TCP socket on loopback, bound and possibly listening, blocking like those that systemd passes.
    private func boundSocket(listens: Bool, type: Int32 = Int32(SOCK_STREAM.rawValue)) throws -> Int32 {
        let descriptor = socket(AF_INET, type, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        try #require(isBound)
        if listens { try #require(listen(descriptor, 16) == 0) }
        return descriptor
    }

    @Test func `a passed socket is served and closed`() throws {
        let descriptor = try boundSocket(listens: true)
        let daemon = try Daemon.start(echo) { $0.endpoint = .passed(descriptor: descriptor) }
        #expect(daemon.port != 0)
        let client = try Client(daemon.port)
        try client.send(get())
        #expect(try client.receive().status == 200)
        let port = daemon.port
        daemon.stop(within: .seconds(5))
        #expect(throws: Client.Failure.self) { try Client(port) }
    }

    @Test func `connections to a passed socket during a stop are left to its next owner`() throws {
        let descriptor = try boundSocket(listens: true)
        let next = dup(descriptor)
        let daemon = try Daemon.start(echo) { $0.endpoint = .passed(descriptor: descriptor) }
        daemon.quiesce()
        let client = try Client(daemon.port)
        try client.send(get())
        daemon.stop(within: .seconds(5))
        let successor = try Daemon.start(echo) { $0.endpoint = .passed(descriptor: next) }
        #expect(try client.receive().status == 200)
        #expect(successor.statistics.openConnections == 1)
    }

    @Test func `a descriptor that is not a listening stream is an error`() throws {
        let silent = try boundSocket(listens: false)
        let datagrams = try boundSocket(listens: false, type: Int32(SOCK_DGRAM.rawValue))
        let file = open("/dev/null", O_RDONLY)
        defer { for descriptor in [silent, datagrams, file] { close(descriptor) } }
        for (descriptor, code) in [(silent, EINVAL), (datagrams, EINVAL), (file, ENOTSOCK), (-1, EBADF)] {
            #expect(throws: DaemonError.cannotListen(address: "descriptor \(descriptor)", code: code)) {
                try Daemon.start(echo) { $0.endpoint = .passed(descriptor: descriptor) }
            }
        }
    }
}
