import Bytes
import Driver
import DriverJSON
import Engines
import Locking
import Messages
import Replay
import Runtime
import Synchronization

/// One simulated machine: a loaded driver, its engine, its clock. Events on different hosts share no state.
final class Host: Sendable {
    let name: String
    /// The body that created the host.
    let creation: HostCreation
    let createdAt: FileTime
    let clock: HostClock
    let engine: EngineSwitch
    let driver: Driver
    /// The source of its messages in event ids.
    let origin: EventOrigin
    let latency = Histogram()
    /// Whether a replay created it, so that the role `drive` may delete it.
    let isCreatedByReplay: Bool
    private let removed = Atomic(false)
    private let requestsInFlight = Atomic<Int>(0)
    private let lastUsedNanoseconds: Atomic<UInt64>
    private let machine = SystemClock()
    private let liveTexts = Locked(WeakTexts())
    private let drainToken = Locked<DrainToken?>(nil)
    private let slices: any SliceQueue

    /// Creates a host. The worker of one that a replay creates runs on the thread that submits the work.
    ///
    /// `history` knows the memory of all histories. `kept` has the parts that a reset keeps. They override `creation`.
    init(
        name: String, creation: HostCreation, defaults: HostDefaults, dependencies: HostDependencies,
        history: (any HistoryMemory)? = nil, isCreatedByReplay: Bool = false, kept: KeptParts = KeptParts()
    ) {
        self.name = name
        self.isCreatedByReplay = isCreatedByReplay
        self.creation = creation
        origin = EventOrigin(host: name)
        clock = HostClock(creation.clock?.mode ?? .system)
        createdAt = clock.now()
        var config = defaults.config
        creation.config.apply(to: &config)
        let setting = kept.engine ?? creation.engine ?? defaults.engine
        engine = EngineSwitch(
            dependencies.makeConnection(for: setting, origin: origin), clock: clock, latency: latency,
            report: dependencies.engineReport(of: name))
        driver = Driver(
            config: config, limits: defaults.limits, engine: engine, clock: clock, timers: dependencies.timers,
            workQueue: isCreatedByReplay ? InlineWorkQueue() : dependencies.makeWorkQueue("wdfilterd.host." + name),
            followerQueue: dependencies.followerQueue, historyMemory: history)
        driver.rulePolicySet =
            kept.rulePolicies ?? creation.rulePolicies.map { RulePolicySet($0.items) } ?? defaults.rulePolicySet
        lastUsedNanoseconds = Atomic(machine.uptimeNanoseconds())
        slices = dependencies.slices
    }

    // Freeing a million messages and threads must not block the thread that answers the last request.
    deinit {
        slices.run { [driver] in
            withExtendedLifetime(driver) { false }
        }
    }

    /// The texts that its live streams share, as long as one of them holds them.
    var streamTexts: StreamTexts {
        liveTexts.withLock { live in
            let texts = live.texts ?? StreamTexts(host: name)
            live.texts = texts
            return texts
        }
    }

    private struct WeakTexts {
        weak var texts: StreamTexts?
    }

    /// The fault of a text that is not a valid host name.
    static func faultOfName(_ text: String) -> String {
        "must be 1 to 63 lower-case letters, digits and \"-\", and not begin with \"-\"; it is \(text.quoted())"
    }

    /// Whether `text` is a valid host name: `[a-z0-9][a-z0-9-]{0,62}`.
    static func isName(_ text: String) -> Bool {
        guard (1...63).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "-") else { return false }
        return text.utf8.allSatisfy(\.isNameCharacter)
    }

    /// Marks the host as deleted or replaced. Requests in flight hold the host, and with it the token.
    func markRemoved(_ token: DrainToken) {
        removed.store(true, ordering: .relaxed)
        drainToken.withLock { $0 = token }
    }

    /// Whether the host was deleted or replaced, so that work on it must stop.
    var isRemoved: Bool { removed.load(ordering: .relaxed) }

    /// The target for events of the upload `caller`, until the host is deleted or replaced.
    ///
    /// Only an admin's lines set the clock, as only an admin may with `PUT /clock`.
    func eventTarget(caller: CallerTag, isFromAdmin: Bool) -> EventTarget {
        EventTarget(
            driver: driver, caller: caller, isRemoved: { self.isRemoved },
            onEventTime: { self.clock.advance(toEvent: $0) },
            makeClockStep: { step, completion in
                if isFromAdmin { self.clock.make(step) }
                completion(isFromAdmin ? nil : .forbidden)
            })
    }

    // MARK: Idle hosts

    /// Begins a use; while there are some, the host is not idle.
    func beginUse() { requestsInFlight.add(1, ordering: .relaxed) }

    /// Ends a use.
    func endUse() {
        lastUsedNanoseconds.store(machine.uptimeNanoseconds(), ordering: .relaxed)
        requestsInFlight.subtract(1, ordering: .releasing)
    }

    /// Whether the host has not been used for more than `seconds`.
    func isUnused(forSeconds seconds: Int) -> Bool {
        if requestsInFlight.load(ordering: .acquiring) > 0 { return false }
        let now = machine.uptimeNanoseconds()
        let last = lastUsedNanoseconds.load(ordering: .relaxed)
        return now > last && now - last > UInt64(seconds) * 1_000_000_000
    }
}

/// The use of a host beyond the request that names it. The host is not idle while this exists.
final class HostUse: Sendable {
    let host: Host

    /// Begins a use.
    convenience init(_ host: Host) {
        host.beginUse()
        self.init(begunFor: host)
    }

    /// Takes over a use that has begun.
    init(begunFor host: Host) { self.host = host }

    deinit { host.endUse() }
}
