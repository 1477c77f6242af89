import Driver
import FuzzFinding
import Glibc
import Locking
import Logging
import MicroHTTPD
import MicroHTTPDTesting
import NotificationAPI
import TestSupport
import WebhookEngine

/// The API with its own hosts. Everything except reading CA files runs on the calling thread, and nothing leaves the
/// process: messages to a webhook fail.
final class Service {
    private let api: NotificationAPI
    private let timers = ManualTimers()
    private let queue = ManualWorkQueue()
    /// Waiting requests and open streams.
    private var open: [Conversation] = []

    /// libcurl's thread, which has already ended.
    private static let webhooks: WebhookThread = {
        do {
            let webhooks = try WebhookThread()
            webhooks.stop()
            return webhooks
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
        let dependencies = HostDependencies(
            timers: timers, webhooks: Service.webhooks, version: "0", followerQueue: queue, slices: InlineSliceQueue(),
            makeWorkQueue: { _ in queue })
        api = NotificationAPI(
            defaults: defaults, limits: limits, dependencies: dependencies,
            about: About(version: "0", swift: "6"),
            logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Sends a request. Unless it `isLeft` waiting, advances the time until it is answered.
    func send(_ request: RawRequest, isLeft: Bool) {
        let conversation = Conversation(request, to: api)
        open.append(conversation)
        letTimeGo { isLeft || conversation.isOver }
        if open.count > 8 { open.removeFirst().hangUp() }
    }

    /// Runs all due work and advances the time minute by minute until `isDone`, for at most an hour.
    private func letTimeGo(until isDone: () -> Bool) {
        for _ in 0..<60 {
            queue.runAll()
            for conversation in open { conversation.proceed() }
            queue.runAll()
            if isDone() { return }
            timers.advance(by: .seconds(60))
        }
    }

    /// Stops the service. Each request is answered, and each message is accounted for.
    func stop() {
        api.prepareToStop()
        let received = Received<ServiceLedger>()
        api.unload(completion: received.take)
        // CA files are read on another thread.
        for _ in 0..<1000 {
            letTimeGo { received.count > 0 && open.allSatisfy(\.isOver) }
            if received.count > 0, open.allSatisfy(\.isOver) { break }
            usleep(5000)
        }
        for conversation in open {
            conversation.checkOver()
            conversation.hangUp()
        }
        open = []
        expect(received.count == 1, "the drivers unload \(received.count) times")
        for host in received.values[0].hosts {
            var sums = MessageSums()
            sums.add(host.counters)
            expect(sums.isConserved, "ASY-10: \(host)")
        }
        let sums = received.values[0].sums
        expect(sums.isConserved && sums.inHand == 0 && sums.inFlight == 0, "\(sums)")
        expect(api.openStreams == 0, "\(api.openStreams) streams are open")
    }
}
