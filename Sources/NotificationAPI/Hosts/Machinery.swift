import CloudEvents
public import Driver
import EmbeddedEngine
import Runtime
public import WebhookEngine

/// What all hosts run on: made once, by the composition root.
public struct Machinery: Sendable {
    let timers: any TimerQueue
    let workPool: DispatchWorkPool
    /// Wakes those who follow the messages of any host: at once, but not for each message of a torrent.
    let followerQueue = PacedWorkQueue(named: "wdfilterd.followers", pause: .milliseconds(10))
    let curl: CurlMulti
    let version: String

    /// Machinery that names itself wdfilterd/`version` to engines.
    public init(timers: any TimerQueue, curl: CurlMulti, version: String) {
        self.timers = timers
        workPool = DispatchWorkPool()
        self.curl = curl
        self.version = version
    }

    /// Makes the engine that a setting asks for.
    func connect(_ setting: EngineSetting, origin: EventOrigin) -> EngineSwitch.Connection {
        let engine: any PingableEngine =
            switch setting {
            case .embedded(let behaviour): EmbeddedEngine(behaviour, timers: timers)
            case .webhook(let configuration):
                WebhookEngine(
                    configuration: configuration, origin: origin, version: version, multi: curl,
                    clock: SystemClock())
            case .none: DisconnectedEngine()
            }
        return EngineSwitch.Connection(setting: setting, engine: engine)
    }
}
