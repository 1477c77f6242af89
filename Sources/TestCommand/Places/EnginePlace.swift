import Console
import Driver
import Engines
import NotificationAPI
import Runtime
import Scenarios
import Settings
import WebhookEngine

/// This process, with an engine under test at a URL, in real time.
struct EnginePlace: RunPlace {
    private let webhooks: WebhookMaker
    private let setting: EngineSetting
    private let url: String

    /// Waits until the engine answers, for at most `patience`.
    init(_ options: EngineOptions, url: String) throws(CommandFailure) {
        self.url = url
        let settings = try options.settings(url: url)
        do throws(UnusableSetting) { setting = try settings.hostDefaults().engine } catch {
            throw CommandFailure(error)
        }
        webhooks = try WebhookMaker(settings)
        try webhooks.awaitEngine(setting, for: options.patience)
    }

    var time: CasePlan.Time { .real }
    var engine: String? { URLRules.redacted(url) }
    var width: Int { 8 }

    func reasonToSkip(_ plan: CasePlan) -> String? {
        if plan.time == .virtual { return "needs virtual time" }
        if plan.requirements.server == true { return "needs a service" }
        return plan.engineLine.map { "sets an engine itself (line \($0)), so that it does not test the one at the URL" }
    }

    func makeTestBed(for plan: CasePlan) -> any TestBed {
        LocalTestBed(
            engine: setting, timers: DispatchTimerQueue(), openRecording: RecordedFile.open,
            makeWebhook: webhooks.engines())
    }
}
