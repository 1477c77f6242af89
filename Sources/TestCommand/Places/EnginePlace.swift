import Console
import Driver
import Engines
import Runtime
import Scenarios
import Settings
import WebhookEngine

/// This process, with an engine under test at a URL, in real time.
struct EnginePlace: RunPlace {
    let engine: String?
    private let webhooks: WebhookMaker
    private let setting: EngineSetting
    private let openRecording: LocalTestBed.OpenRecording

    /// Waits until the engine answers, for at most `timeout`, unless the run is interrupted.
    init(
        _ options: EngineOptions, url: String, timeout: Duration,
        openRecording: @escaping LocalTestBed.OpenRecording,
        isInterrupted: () -> Bool
    ) throws(CommandFailure) {
        engine = options.shownURL
        self.openRecording = openRecording
        let settings = try options.settings(url: url)
        do throws(UnusableSetting) { setting = try settings.engineSetting() } catch {
            throw CommandFailure(error)
        }
        webhooks = try WebhookMaker(settings)
        try webhooks.awaitEngine(setting, within: timeout, unless: isInterrupted)
    }

    var time: CasePlan.Time { .real }
    var width: Int { 8 }

    func reasonToSkip(_ plan: CasePlan) -> String? {
        if plan.time == .virtual { return "needs virtual time" }
        if plan.requirements.server == true { return "needs a service (--server)" }
        return plan.engineLine.map { "sets an engine itself (line \($0)), so it would not test the one at the URL" }
    }

    func makeTestBed(for plan: CasePlan) -> any TestBed {
        LocalTestBed(
            engine: setting, timers: DispatchTimerQueue(), openRecording: openRecording,
            makeWebhook: webhooks.engines())
    }
}
