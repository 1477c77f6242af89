import Driver
import Engines
import HTMLReport
import JSON
import Locking
import Messages
import MicroHTTPD
import Replay
import Runtime

/// Uploads of recordings, which may have several machines.
enum ReplayRoutes {
    static let routes: [Route] = [
        .upload("/v1/replays", "postReplay", produces: [.json, .html], post)
    ]

    private enum Format: String, CaseIterable {
        case sysmon
    }

    private static func post(_ context: RequestContext) throws(Problem) -> any BodyConsumer {
        let (options, named, isFresh) = try context.parameters { parameters in
            _ = parameters.choice("format", of: Format.self)
            let named = parameters.string("like", maxLength: 63)
            if let named, !Host.isName(named) { parameters.fault("like", Host.faultOfName(named)) }
            var options = EventFeed.Options(sysmon: &parameters)
            options.replaysAllMachines = true
            options.drainsQueue = true
            options.reportsCoverage = true
            options.reportsTimeline = true
            return (options, named, parameters.bool("fresh") ?? false)
        }
        if isFresh, !context.isFromAdmin {
            throw Problem(.forbidden, "Replacing hosts with ?fresh=true requires the role admin.")
        }
        let model = named ?? HostRegistry.defaultName
        guard let use = context.api.hosts.use(model) else { throw Problem.unknownHost(model) }
        if !mayCopy(use.host, isNamed: named != nil, context) {
            throw Problem(
                .forbidden, "The host \(model) has a webhook. Creating hosts like it requires the role admin.")
        }
        let settings = ReplaySettings(
            version: context.api.about.version, config: use.host.driver.config,
            limits: context.api.hosts.defaults.limits, engine: use.host.engine.setting,
            policies: use.host.driver.rulePolicies)
        return ReplayUpload(
            options, HostCreation(like: use.host), settings, replacesHosts: isFresh,
            in: try context.api.acquireUploadSlot(context), context)
    }
}

extension ReplayRoutes {
    /// Whether the client may create hosts like `host`. Only an admin may choose a webhook; the role `drive` may use the
    /// one that the service's settings give to every new host.
    private static func mayCopy(_ host: Host, isNamed: Bool, _ context: RequestContext) -> Bool {
        guard case .webhook = host.engine.setting else { return true }
        let isDefault = !isNamed && host.engine.setting == context.api.hosts.defaults.engine
        return isDefault || context.isFromAdmin
    }
}

/// One upload of a recording. Each machine gets its own host.
private final class ReplayUpload: PipelinedUpload {
    /// The hosts for the machines, in order of appearance.
    private final class MachineHosts: Sendable {
        private struct Entry {
            let machine: String
            let use: HostUse
            let observation: Observation
            let isCreated: Bool
        }

        private let registry: HostRegistry
        private let creation: HostCreation
        /// Whether hosts that exist are replaced.
        private let replacesHosts: Bool
        private let caller: CallerTag
        /// Nil once they are released. An event may still be in flight then.
        private let entries = Locked<[Entry]?>([])
        let ledger = DeliveryLedger()

        init(_ registry: HostRegistry, _ creation: HostCreation, replacesHosts: Bool, caller: CallerTag) {
            self.registry = registry
            self.creation = creation
            self.replacesHosts = replacesHosts
            self.caller = caller
        }

        /// The host for a machine; nil if the limit on hosts is reached.
        func target(of machine: String) -> EventTarget? {
            guard let taken = entries.withLock({ $0?.map(\.use.host.name) }),
                let name = ReplayHost.name(of: machine, besides: taken), let (use, isCreated) = use(name)
            else { return nil }
            let driver = use.host.driver
            let observation = driver.observe(ledger.observer(machine: machine))
            let entry = Entry(machine: machine, use: use, observation: observation, isCreated: isCreated)
            let isKept = entries.withLock { entries in
                entries?.append(entry)
                return entries != nil
            }
            guard isKept else {
                driver.endObservation(observation)
                return nil
            }
            return use.host.eventTarget(caller: caller, isFromAdmin: false)  // records set no clock
        }

        private func use(_ name: String) -> (HostUse, isCreated: Bool)? {
            while true {
                if !replacesHosts, let use = registry.use(name) { return (use, false) }
                let outcome =
                    replacesHosts
                    ? registry.replace(name, by: creation, isCreatedByReplay: true)
                    : registry.create(name, creation, isCreatedByReplay: true)
                switch outcome {
                case .created(let host), .replaced(let host): return (HostUse(host), true)
                case .existed, .conflict: continue  // another request has created it meanwhile
                case .limitReached: return nil
                }
            }
        }

        /// Ends the observation of the hosts, and returns them by machine.
        func release() -> [String?: ReplayHost] {
            let entries = entries.withLock { entries -> [Entry] in
                defer { entries = nil }
                return entries ?? []
            }
            for entry in entries { entry.use.host.driver.endObservation(entry.observation) }
            return entries.reduce(into: [:]) { hosts, entry in
                hosts[entry.machine] = ReplayHost(name: entry.use.host.name, isCreated: entry.isCreated)
            }
        }
    }

    private let context: RequestContext
    private let hosts: MachineHosts
    let pipeline: UploadPipeline
    /// Those of the hosts that it creates.
    private let settings: ReplaySettings
    private let started: UInt64
    let slot: UploadSlots.Slot

    init(
        _ options: EventFeed.Options, _ creation: HostCreation, _ settings: ReplaySettings, replacesHosts: Bool,
        in slot: UploadSlots.Slot, _ context: RequestContext
    ) {
        self.slot = slot
        self.settings = settings
        self.context = context
        let hosts = MachineHosts(
            context.api.hosts, creation, replacesHosts: replacesHosts, caller: context.callerTag)
        self.hosts = hosts
        pipeline = UploadPipeline(options, slices: context.api.dependencies.slices) { machine in
            machine.flatMap(hosts.target)
        }
        started = SystemClock().uptimeNanoseconds()
    }

    func finish(_ responder: Responder) {
        slot.finish()
        let reply = context.reply(to: responder)
        let isPage = context.representation == .html
        pipeline.finish { [hosts, slot, pipeline, settings, started] feed in
            let spent = SystemClock().uptimeNanoseconds() &- started
            let names = hosts.release()
            slot.release()
            if let problem = Problem(pipeline.container) { return reply.send(problem) }
            let report = ReplayReport(
                feed, hosts: names, deliveries: hosts.ledger, settings: settings, durationNanoseconds: spent)
            if isPage { return reply.send(.html, ReplayPage(report).html) }
            reply.send { report.write(to: &$0) }
        }
    }

    func abandon() {
        pipeline.abandon()
        _ = hosts.release()
    }
}
