import Console
import Driver
import DriverJSON
import Engines
import Glibc
import Runtime
import Scenarios
import Settings
import WebhookEngine

/// This process, with embedded engines: in virtual time, unless a case wants real time or names an engine behind a URL.
struct LocalPlace: RunPlace {
    private let webhooks: WebhookMaker?
    private let openRecording: LocalTestBed.OpenRecording

    /// Cases that need no engine behind a URL need no network either.
    init(_ cases: [CasePlan], openRecording: @escaping LocalTestBed.OpenRecording) throws(CommandFailure) {
        self.openRecording = openRecording
        webhooks = cases.contains { $0.usesWebhook } ? try WebhookMaker() : nil
    }

    var time: CasePlan.Time { .virtual }
    var width: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    func reasonToSkip(_ plan: CasePlan) -> String? {
        if plan.requirements.engine { return "needs an engine under test (--engine-url)" }
        if plan.requirements.server == true { return "needs a service (--server)" }
        if plan.time == .virtual, plan.usesWebhook { return "needs virtual time, but its engine is real" }
        return nil
    }

    func makeTestBed(for plan: CasePlan) -> any TestBed {
        guard plan.wantsRealTime else { return LocalTestBed(openRecording: openRecording) }
        return LocalTestBed(
            engine: .embedded(.init()), timers: DispatchTimerQueue(), openRecording: openRecording,
            makeWebhook: webhooks?.engines() ?? LocalTestBed.noWebhook)
    }
}
