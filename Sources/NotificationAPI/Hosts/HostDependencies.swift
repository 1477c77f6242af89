public import Driver
import DriverJSON
import Engines
import Logging
import Runtime
public import WebhookEngine

/// The timers, queues and connections that all hosts share. Created once, by the composition root.
public struct HostDependencies: Sendable {
    let timers: any TimerQueue
    /// Creates the queue for a host's worker.
    let makeWorkQueue: @Sendable (_ name: String) -> any WorkQueue
    /// Wakes the readers of live streams and the requests that wait for messages, of all hosts.
    let followerQueue: any WorkQueue
    /// Runs long work, so that it does not block the threads that answer requests.
    let slices: any SliceQueue
    /// Writes the rest of long pages, one page at a time, because each half-written page holds memory.
    let pages: any SliceQueue
    let webhooks: WebhookThread
    let version: String
    /// Logs that engines begin to fail, and that they work again.
    var logger: Logger?

    /// Dependencies with the default queues: the hosts' workers share threads. The User-Agent for engines is
    /// wdfilterd/`version`.
    public init(timers: any TimerQueue, webhooks: WebhookThread, version: String) {
        let workPool = DispatchWorkPool()
        self.init(
            timers: timers, webhooks: webhooks, version: version,
            // Wakes without delay, but only once per burst of messages.
            followerQueue: PacedWorkQueue(named: "wdfilterd.followers", pause: .milliseconds(10))
        ) { workPool.makeQueue(named: $0) }
    }

    /// Dependencies with the given queues: `followerQueue` wakes readers of messages, and `makeWorkQueue` creates the queue
    /// for each host's worker.
    public init(
        timers: any TimerQueue, webhooks: WebhookThread, version: String, followerQueue: any WorkQueue,
        slices: (any SliceQueue)? = nil,
        makeWorkQueue: @escaping @Sendable (_ name: String) -> any WorkQueue
    ) {
        self.timers = timers
        self.makeWorkQueue = makeWorkQueue
        self.followerQueue = followerQueue
        self.slices = slices ?? DispatchSliceQueue(named: "wdfilterd.slices")
        self.pages = slices ?? DispatchSliceQueue(named: "wdfilterd.pages", width: 1)
        self.webhooks = webhooks
        self.version = version
    }

    /// Creates the engine for `setting`.
    func makeConnection(for setting: EngineSetting, origin: EventOrigin) -> EngineSwitch.Connection {
        let engine: any PingableEngine =
            switch setting {
            case .embedded(let behavior): EmbeddedEngine(behavior, timers: timers)
            case .webhook(let configuration):
                WebhookEngine(
                    configuration: configuration, origin: origin, version: version, thread: webhooks,
                    clock: SystemClock())
            case .none: DisconnectedEngine()
            }
        return EngineSwitch.Connection(setting: setting, engine: engine)
    }

    /// Logs failures of the webhook of `host`. Other engines fail only if they are configured to.
    func engineReport(of host: String) -> EngineSwitch.Report {
        { [logger] duty, line, setting, detail in
            guard case .webhook(let configuration) = setting else { return }
            var metadata: Logger.Metadata = ["host": "\(host)", "url": "\(URLRules.redacted(configuration.url))"]
            switch line {
            case .failing(let count):
                metadata["failures"] = .stringConvertible(count)
                metadata["reason"] = "\(detail)"
                logger?.warning(
                    duty == .delivery ? "the engine fails" : "replies of the engine are not understood",
                    metadata: metadata)
            case .working(let count):
                metadata["failures"] = .stringConvertible(count)
                logger?.notice(
                    duty == .delivery ? "the engine works again" : "replies of the engine are understood again",
                    metadata: metadata)
            }
        }
    }
}
