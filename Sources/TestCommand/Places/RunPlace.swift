import Engines
import Scenarios

/// Where the cases of a run have their hosts: in this process, on an engine at a URL, on a service.
protocol RunPlace: Sendable {
    /// The time of most cases.
    var time: CasePlan.Time { get }
    /// The engine under test, a URL.
    var engine: String? { get }
    /// The service.
    var server: String? { get }
    /// How many cases run at a time, unless the user says so.
    var width: Int { get }

    /// Why a case cannot run here, a phrase; nil if it can.
    func reasonToSkip(_ plan: CasePlan) -> String?

    /// The hosts and the time for one run of a case.
    func makeTestBed(for plan: CasePlan) -> any TestBed
}

extension RunPlace {
    var engine: String? { nil }
    var server: String? { nil }
}

extension CasePlan {
    /// Why the case is not run anywhere now, a phrase; nil to run it.
    var reasonToSkip: String? {
        if let skip { return skip }
        return requirements.files.first { !RecordedFile.exists($0.path) }.map { "needs the file \($0.name)" }
    }

    /// Whether it runs in the machine's time although embedded engines answer.
    var wantsRealTime: Bool { time == .real || usesWebhook }

    /// Whether one of its hosts has an engine behind a URL.
    var usesWebhook: Bool {
        func isWebhook(_ setting: EngineSetting?) -> Bool { if case .webhook = setting { true } else { false } }
        return hosts.contains { isWebhook($0.engine?.value) }
            || allSteps.contains {
                if case .setEngine(let setting) = $0.action { isWebhook(setting.value) } else { false }
            }
    }
}
