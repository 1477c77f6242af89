@testable import MicroHTTPD
import Testing

struct LibraryVersionTests {
    @Test(arguments: [
        ("0.9.74", LibraryVersion.Status.unknown), ("0.9.75", .known), ("0.9.77", .known), ("0.9.78", .unknown),
        ("1.0.0", .unsafe), ("1.0.1", .unsafe), ("1.0.6", .unsafe), ("1.0.7", .known), ("1.0.10", .known),
        ("1.0.11", .unknown), ("1.1.0", .unknown), ("0.9.75-6", .known), ("1.0.1 ", .unsafe), ("x", .unknown),
        ("1.0", .unknown), ("", .unknown),
    ])
    func `some versions are known, and those that a single request can crash are unsafe`(
        version: String, status: LibraryVersion.Status
    ) {
        #expect(LibraryVersion(version).status == status)
        #expect((LibraryVersion(version).warning == nil) == (status == .known))
    }

    @Test(arguments: [
        ("0.9.74", false, false), ("0.9.75", true, false), ("0.9.77", true, false), ("0.9.78", false, false),
        ("1.0.0", false, true), ("1.0.10", false, true), ("x", false, true),
    ])
    func `the layout is known before 1.0, and the library is strict from 1.0 on`(
        version: String, hasKnownLayout: Bool, isStrict: Bool
    ) {
        let version = LibraryVersion(version)
        #expect(version.hasKnownLayout == hasKnownLayout)
        #expect(version.endsChunkedBodiesStrictly == isStrict)
        #expect(version.discipline == (isStrict ? 1 : 0))
    }

    @Test func `the version is that of the library`() {
        #expect(Daemon.libraryVersion.status != .unknown)
    }

    @Test func `a library that a single request can crash is refused unless it is allowed`() throws {
        let isSafe = Daemon.libraryVersion.status != .unsafe
        #expect((try? Daemon(DaemonConfiguration(), handler: echo, log: { _ in })) != nil || !isSafe)
        let daemon = try Daemon.start(echo) { $0.allowsUnsafeLibrary = true }
        let client = try Client(daemon.port)
        try client.send(get())
        #expect(try client.receive().status == 200)
        guard !isSafe else { return }
        #expect(throws: DaemonError.unsafeLibrary(Daemon.libraryVersion)) {
            try Daemon(DaemonConfiguration(), handler: echo, log: { _ in })
        }
    }

    @Test func `the library finds our epoll_wait`() {
        #expect(Daemon.isEventLimitInForce)
    }
}
