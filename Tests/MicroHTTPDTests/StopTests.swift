import Dispatch
import Glibc
import Locking
@testable import MicroHTTPD
import Synchronization
import TestSupport
import Testing

struct StopTests {
    /// A daemon with a request that waits at `desk`, and the request's client.
    private func startWaiting(at desk: Desk) throws -> (Daemon, Client) {
        let daemon = try Daemon.start(desk.handler)
        let client = try Client(daemon.port)
        try client.send(get())
        try #require(desk.arrived.wait())
        return (daemon, client)
    }

    @Test func `a stop waits for a request that is answered in time`() throws {
        let desk = Desk()
        let (daemon, client) = try startWaiting(at: desk)
        let waiting = desk.takeAll()
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(100)) {
            for request in waiting { request.responder.respond(Response(status: 201)) }
        }
        #expect(daemon.stop(within: .failSafe) == StopReport(finished: 1, cut: 0))
        #expect(try client.receive().status == 201)
        #expect(daemon.liveConnections == 0)
    }

    @Test func `requests left at the deadline are refused`() throws {
        let desk = Desk()
        let daemon = try Daemon.start(desk.handler)
        let clients = try (0..<100).map { _ in try Client(daemon.port) }
        for client in clients { try client.send(get()) }
        try #require(desk.arrived.wait(100))
        #expect(daemon.stop(within: .milliseconds(50)) == StopReport(finished: 0, cut: 100))
        for client in clients {
            let reply = try client.receive()
            #expect(reply.status == 503)
            #expect(reply.headers["connection"]?.lowercased() == "close")
        }
        #expect(daemon.liveConnections == 0)
    }

    @Test func `a quiesced daemon refuses new requests and new connections`() throws {
        let desk = Desk()
        let (daemon, begun) = try startWaiting(at: desk)
        let idle = try Client(daemon.port)
        try idle.send("OPTIONS")
        #expect(eventually { daemon.statistics.openConnections == 2 })
        daemon.quiesce()
        daemon.quiesce()
        try idle.send(" / HTTP/1.1\r\nHost: x\r\n\r\n")
        let refused = try idle.receive()
        #expect(refused.status == 503)
        #expect(try idle.receiveToEnd() == [])
        let new = try Client(daemon.port)
        try new.send(get())
        #expect(try new.receive().status == 503)
        #expect(try new.receiveToEnd() == [])
        try #require(desk.takeAll().first).responder.respond(Response(status: 201))
        #expect(try begun.receive().status == 201)
    }

    @Test func `a daemon that has finished refuses requests until it is stopped`() throws {
        let desk = Desk()
        let (daemon, waiting) = try startWaiting(at: desk)
        #expect(daemon.finishRequests(within: .zero) == StopReport(finished: 0, cut: 1))
        #expect(try waiting.receive().status == 503)
        for _ in 0..<3 {
            let next = try Client(daemon.port)
            try next.send(get())
            #expect(try next.receive().status == 503)
            #expect(try next.receiveToEnd() == [])
        }
        #expect(daemon.stop(within: .zero) == StopReport(finished: 0, cut: 0))
        #expect(throws: Client.Failure.self) { try Client(daemon.port) }
    }

    /// A stop does not wait for the rest of it.
    @Test(arguments: [
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ])
    func `a request whose body does not arrive is cut off at the deadline`(request: String) throws {
        let consumer = Taking()
        let daemon = try Daemon.start(TestHandler { _ in .stream(consumer) })
        let client = try Client(daemon.port)
        try client.send(request)
        try #require(consumer.taken.wait())
        #expect(daemon.finishRequests(within: .milliseconds(50)) == StopReport(finished: 0, cut: 1))
        #expect(try client.receiveToEnd() == [])
        #expect(eventually { daemon.liveConnections == 0 })
    }

    @Test func `the port is free after a stop`() throws {
        let daemon = try Daemon.start(echo)
        let client = try Client(daemon.port)
        try client.send(get())
        #expect(try client.receive().status == 200)
        #expect(daemon.stop(within: .failSafe).cut == 0)
        #expect(daemon.stop(within: .failSafe) == StopReport(finished: 0, cut: 0))
        let port = daemon.port
        let second = try Daemon.start(echo) { $0.endpoint = .tcp(port: port) }
        #expect(second.port == port)
        #expect(try client.receiveToEnd() == [])
    }

    /// One round: clients that send endlessly, answers from other threads, some of them late, some never; a stop in the
    /// middle.
    @Test(arguments: 0..<25) func `a daemon under load stops`(round: Int) throws {
        let queue = DispatchQueue(label: "answers", attributes: .concurrent)
        let never = Locked<[Responder]>([])
        let busy = Event()
        let daemon = try Daemon.start(
            collecting { request, responder in
                busy.happen()
                switch request.body.first.map({ $0 % 4 }) {
                case 0: responder.respond(Response(status: 200, body: request.body))
                case 1: queue.async { responder.respond(Response(status: 200, body: request.body)) }
                case 2:
                    queue.asyncAfter(deadline: .now() + .milliseconds(3)) { responder.respond(Response(status: 200)) }
                default: if request.body.count == 3 { never.withLock { $0.append(responder) } }
                }
            })
        let port = daemon.port
        let isOver = Locked(false)
        let ended = Event()
        let threads = 4
        for thread in 0..<threads {
            Thread.run {
                var number = thread
                while !isOver.withLock({ $0 }) {
                    guard let client = try? Client(port, deadline: .seconds(1)) else { break }
                    for _ in 0..<20 {
                        number += 1
                        let kind = UInt8(number % 4)
                        let body = String(decoding: [0x40 + kind, 0x41], as: UTF8.self) + (number % 16 == 3 ? "!" : "")
                        guard (try? client.send(post("/", body))) != nil else { break }
                        // A request that is never answered is left behind, suspended.
                        if body.utf8.count == 3 { break }
                        guard (try? client.receive()) != nil else { break }
                    }
                }
                ended.happen()
            }
        }
        try #require(busy.wait(50 + 20 * round))
        let report = daemon.stop(within: .milliseconds(round * 4))
        isOver.withLock { $0 = true }
        #expect(report.finished >= 0, "no more are cut than were in flight")
        #expect(daemon.liveConnections == 0)
        #expect(daemon.statistics.openConnections == 0)
        #expect(ended.wait(threads))
        never.withLock { $0 = [] }
    }

    /// The pool threads are still adding connections when the daemon stops accepting: `MHD_quiesce_daemon` occasionally
    /// ended the process at this point.
    @Test func `clients connect and disconnect while a daemon is quiesced`() throws {
        for _ in 0..<400 {
            let daemon = try Daemon.start(echo) { $0.threads = 4 }
            let port = daemon.port
            let isOver = Atomic(false)
            let come = Event()
            let ended = Event()
            Thread.run {
                while !isOver.load(ordering: .relaxed), (try? Client(port)) != nil { come.happen() }
                ended.happen()
            }
            try #require(come.wait(20))
            daemon.quiesce()
            isOver.store(true, ordering: .relaxed)
            #expect(daemon.stop(within: .failSafe).cut == 0)
            #expect(ended.wait())
        }
    }
}

/// Threads that belong to the tests and may block.
enum Thread {
    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    static func run(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Box(body)).toOpaque()
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, context)
        precondition(result == 0, "pthread_create: \(result)")
        pthread_detach(thread)
    }
}

/// Takes a body as it arrives.
private final class Taking: BodyConsumer, Sendable {
    let taken = Event()

    func consume(_ bytes: UnsafeRawBufferPointer, resume: BodyResumption) -> Int {
        taken.happen()
        return bytes.count
    }

    func finish(_ responder: Responder) { responder.respond(Response(status: 200)) }

    func abandon() {}
}
