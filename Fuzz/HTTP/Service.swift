import FuzzFinding
import Driver
import Locking
import Logging
import MicroHTTPD
import NotificationAPI
import TestSupport
import WebhookEngine

/// The API with hosts of its own. All happens on the calling thread, and nothing leaves it: what a webhook is sent fails.
final class Service {
    private let api: NotificationAPI
    private let timers = ManualTimers()
    private let queue = ManualWorkQueue()
    private let connection: MemoryConnection

    /// libcurl's thread, which has ended.
    private static let curl: CurlMulti = {
        do {
            let curl = try CurlMulti()
            curl.stop()
            return curl
        } catch {
            finding("\(error)")
        }
    }()

    init() {
        var limits = NotificationAPI.Limits()
        (limits.hosts, limits.bodyBytes, limits.messageStreams) = (3, 1024, 2)
        var defaults = HostDefaults()
        (defaults.limits.processes, defaults.limits.threads) = (6, 6)
        (defaults.limits.streamContexts, defaults.limits.drivers, defaults.limits.journalCapacity) = (2, 2, 8)
        let queue = queue
        let machinery = Machinery(
            timers: timers, curl: Service.curl, version: "0", followerQueue: queue, makeWorkQueue: { _ in queue })
        api = NotificationAPI(
            defaults: defaults, limits: limits, machinery: machinery,
            about: About(version: "0", libraries: [], swift: "6"),
            logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() })
        connection = MemoryConnection(api, pieceLength: 40)
    }

    /// Sends a request and lets time go by until it has its answer, an hour at most.
    func send(_ request: RawRequest) -> MemoryConnection.Progress {
        var progress = connection.send(request)
        for _ in 0..<60 {
            guard case .waiting = progress else { break }
            queue.runAll()
            progress = connection.proceed()
            guard case .waiting = progress else { break }
            timers.advance(by: .seconds(60))
        }
        queue.runAll()
        if case .answered(let response) = progress, case .stream = response.body { readStream() }
        return progress
    }

    /// Reads some of a live stream, with its heartbeats.
    private func readStream() {
        for _ in 0..<4 {
            if let bytes = connection.read(700), bytes.isEmpty { return }
            queue.runAll()
            timers.advance(by: .seconds(8))
        }
    }

    /// The client goes away.
    func hangUp() { connection.hangUp() }

    /// Stops the service. Each message is accounted for.
    func stop() {
        connection.hangUp()
        api.prepareToStop()
        let received = Received<[HostLedger]>()
        api.unload(completion: received.take)
        for _ in 0..<60 {
            queue.runAll()
            if received.count > 0 { break }
            timers.advance(by: .seconds(60))
        }
        expect(received.count == 1, "the drivers unload \(received.count) times")
        for ledger in received.values[0] {
            let (counters, async) = (ledger.counters, ledger.counters.async)
            let ended = async.sent + async.sendFailed + async.droppedOnOverflow
            expect(
                async.enqueued == ended + UInt64(counters.queued + counters.inHand), "ASY-10: \(ledger)")
            expect(counters.inHand == 0, "\(ledger)")
        }
        expect(api.openStreams == 0, "\(api.openStreams) streams are open")
    }
}
