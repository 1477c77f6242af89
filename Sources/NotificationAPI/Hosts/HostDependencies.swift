public import Driver
import DriverJSON
import Runtime
public import WebhookEngine

/// The timers, queues and connections that all hosts share: created once, by the composition root.
public struct HostDependencies: Sendable {
    let timers: any TimerQueue
    /// Makes the queue that a host's worker runs on.
    let makeWorkQueue: @Sendable (_ name: String) -> any WorkQueue
    /// Wakes those who follow the messages of any host.
    let followerQueue: any WorkQueue
    /// Does work that may take long, so that no thread that answers requests has to.
    let slices: any SliceQueue
    /// Writes the rest of long pages, one page after the other: half-written ones would hold memory.
    let pages: any SliceQueue
    let curl: CurlMulti
    let version: String

    /// Dependencies that call themselves wdfilterd/`version` to engines; the hosts' workers share threads.
    public init(timers: any TimerQueue, curl: CurlMulti, version: String) {
        let workPool = DispatchWorkPool()
        self.init(
            timers: timers, curl: curl, version: version,
            // At once, but not for each message of a burst.
            followerQueue: PacedWorkQueue(named: "wdfilterd.followers", pause: .milliseconds(10))
        ) { workPool.makeQueue(named: $0) }
    }

    /// Dependencies with the caller's queues: `followerQueue` for those who follow messages, and one that
    /// `makeWorkQueue` makes for the worker of each host.
    public init(
        timers: any TimerQueue, curl: CurlMulti, version: String, followerQueue: any WorkQueue,
        slices: (any SliceQueue)? = nil,
        makeWorkQueue: @escaping @Sendable (_ name: String) -> any WorkQueue
    ) {
        self.timers = timers
        self.makeWorkQueue = makeWorkQueue
        self.followerQueue = followerQueue
        self.slices = slices ?? DispatchSliceQueue(named: "wdfilterd.slices")
        self.pages = slices ?? DispatchSliceQueue(named: "wdfilterd.pages", width: 1)
        self.curl = curl
        self.version = version
    }

    /// Creates the engine of a setting.
    func makeConnection(for setting: EngineSetting, origin: EventOrigin) -> EngineSwitch.Connection {
        let engine: any PingableEngine =
            switch setting {
            case .embedded(let behavior): EmbeddedEngine(behavior, timers: timers)
            case .webhook(let configuration):
                WebhookEngine(
                    configuration: configuration, origin: origin, version: version, multi: curl,
                    clock: SystemClock())
            case .none: DisconnectedEngine()
            }
        return EngineSwitch.Connection(setting: setting, engine: engine)
    }
}
