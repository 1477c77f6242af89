import Glibc
import Locking

/// An HTTP server on one thread that answers as a test specifies, including invalid answers, and records its requests.
final class ScriptedReceiver: Sendable {
    /// One action on a connection.
    enum Step: Sendable {
        /// Sends bytes.
        case send([UInt8])
        /// Does nothing for a while.
        case pause(Duration)
        /// Does nothing until `isMet` returns true.
        case hold(until: @Sendable () -> Bool)
        /// Sends bytes repeatedly with a pause in between, until the peer disconnects.
        case trickle([UInt8], every: Duration)
        /// Closes the connection normally, and waits until the peer has the FIN.
        case close
        /// Closes the connection with a RST.
        case reset
        /// Does nothing more until the peer disconnects.
        case hang
    }

    /// A request that arrived completely.
    struct Request: Sendable {
        /// The number of its connection, from 0.
        let connection: Int
        let line: String
        let headers: [(name: String, value: String)]
        let body: [UInt8]

        /// The value of the only header `name`; nil if there is none, or more than one.
        subscript(name: String) -> String? {
            let found = headers.filter { $0.name.lowercased() == name.lowercased() }
            return found.count == 1 ? found[0].value : nil
        }
    }

    private struct Record {
        var requests: [Request] = []
        var connections = 0
        var open = 0
        var mostOpen = 0
        var isStopped = false
        var isCanceled = false
        var waiters: [(isMet: @Sendable (Int, Int) -> Bool, resume: CheckedContinuation<Void, Never>)] = []

        mutating func takeMet() -> [CheckedContinuation<Void, Never>] {
            let met = waiters.filter { isCanceled || $0.isMet(requests.count, open) }
            waiters.removeAll { isCanceled || $0.isMet(requests.count, open) }
            return met.map(\.resume)
        }
    }

    let port: UInt16
    private let host: String
    private let wakeEnd: Int32
    private let record = Locked(Record())

    /// Listens on a free port of `host` and answers each request with the steps that `answer` returns.
    ///
    /// `greeting` gives the steps for a new connection before a request is read.
    init(
        on host: String = "127.0.0.1", answer: @escaping @Sendable (Request) -> [Step] = { _ in .reply() },
        greeting: @escaping @Sendable (_ connection: Int) -> [Step] = { _ in [] }
    ) throws {
        let listener = try ListeningSocket(on: host, backlog: 4096)
        port = listener.port
        self.host = host
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw SocketError(call: "pipe", code: errno) }
        wakeEnd = ends[1]
        let loop = ReceiverLoop(
            listener: listener.descriptor, wake: ends[0], greeting: greeting, answer: answer,
            report: { [record] event in
                Self.update(record) { record in
                    switch event {
                    case .connected:
                        record.connections += 1
                        record.open += 1
                        record.mostOpen = max(record.mostOpen, record.open)
                    case .closed: record.open -= 1
                    case .request(let request): record.requests.append(request)
                    }
                }
            })
        startThread { loop.run() }
    }

    deinit { stop() }

    /// Closes everything.
    func stop() {
        let first = record.withLock { record in
            defer { record.isStopped = true }
            return !record.isStopped
        }
        if first { close(wakeEnd) }
    }

    var url: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/hook?x=1" }
    var requests: [Request] { record.withLock { $0.requests } }
    var connections: Int { record.withLock { $0.connections } }
    var mostOpen: Int { record.withLock { $0.mostOpen } }

    /// Returns once `count` requests have arrived.
    func waitForRequests(_ count: Int) async { await wait { requests, _ in requests >= count } }

    /// Returns once no connection is open.
    func waitForNoConnection() async { await wait { _, open in open == 0 } }

    /// Returns as well when the test's time is over, so that a test that waits in vain fails instead of hanging.
    private func wait(until isMet: @escaping @Sendable (Int, Int) -> Bool) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Self.update(record) { $0.waiters.append((isMet, continuation)) }
            }
        } onCancel: {
            Self.update(record) { $0.isCanceled = true }
        }
    }

    /// Makes a change, and resumes the waiters whose conditions are met after it.
    private static func update(_ record: Locked<Record>, _ change: (inout Record) -> Void) {
        let met = record.withLock { record in
            change(&record)
            return record.takeMet()
        }
        for waiter in met { waiter.resume() }
    }
}

extension [ScriptedReceiver.Step] {
    /// A complete answer.
    static func reply(_ body: String = "", status: Int = 200, type: String = "application/json") -> Self {
        reply(bytes: [UInt8](body.utf8), status: status, type: type)
    }

    /// Answers with `bytes`.
    static func reply(bytes: [UInt8], status: Int = 200, type: String) -> Self {
        [.send(.response(bytes, status: status, type: type))]
    }
}

extension [UInt8] {
    /// The bytes of a complete answer.
    static func response(_ body: [UInt8], status: Int = 200, type: String = "application/json") -> [UInt8] {
        [UInt8](
            "HTTP/1.1 \(status) X\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
    }
}
