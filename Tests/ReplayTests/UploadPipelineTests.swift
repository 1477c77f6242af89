import Driver
import Replay
import Runtime
import TestSupport
import Testing

/// What is read on one thread and applied on another comes to the same.
@Suite(.timeLimit(.minutes(5)))
struct UploadPipelineTests {
    private let process = RecordedProcess(processId: 1000, second: 5)

    private func pipeline(_ driver: Driver = .make()) -> UploadPipeline {
        UploadPipeline(.sysmon(), slices: DispatchSliceQueue(named: "slices")) { _ in
            EventTarget(driver: driver, onEventTime: { _ in })
        }
    }

    private func bring(_ text: String, to pipeline: UploadPipeline, _ resume: @escaping @Sendable () -> Void) -> Int {
        Array(text.utf8).withUnsafeBytes { pipeline.consume($0, resume: resume) }
    }

    /// Answers the message that waits, as soon as one does.
    private func acknowledge(_ engine: ScriptedEngine) async {
        while !engine.acknowledge() { await Task.yield() }
    }

    @Test func `nothing brought is an empty report`() async {
        let report = await pipeline().replay([])
        #expect((report.total.lines, report.machines.count) == (0, 0))
    }

    @Test(arguments: [1, 7, 100_000]) func `a last line without a newline is a line`(chunk: Int) async {
        let text = "\n" + SysmonLine.load(process) + "\nbad\n" + SysmonLine.load(process)
        let report = await pipeline().replay(Array(text.utf8), chunk: chunk)
        #expect((report.total.applied, report.total.rejected.map(\.line)) == (2, [3]))
    }

    @Test func `a line that is complete is applied before more comes`() async {
        let engine = ScriptedEngine.holding()
        let pipeline = pipeline(.make(engine: engine))
        let text = SysmonLine.create(process) + "\n" + #"{"half"#
        #expect(bring(text, to: pipeline) {} == text.utf8.count)
        await acknowledge(engine)
    }

    @Test func `who brings more waits while much was read and not applied`() async {
        let engine = ScriptedEngine.holding()
        let driver = Driver.make(engine: engine)
        let pipeline = pipeline(driver)
        let create = SysmonLine.create(process) + "\n"
        #expect(bring(create, to: pipeline) {} == create.utf8.count)
        let blank = String(repeating: " ", count: 99_999) + "\n"
        let resumed = Received<Void>()
        for _ in 0..<3 { #expect(bring(blank, to: pipeline) { resumed.take(()) } == 100_000) }
        let signal = Signal()
        #expect(
            bring(blank, to: pipeline) {
                resumed.take(())
                signal.fire()
            } == 0)
        #expect(resumed.count == 0)
        await acknowledge(engine)
        await signal.wait()
        #expect(resumed.count == 1)
        let report = await pipeline.replay([])
        #expect((report.total.applied, driver.process(1000) != nil) == (1, true))
    }

    @Test func `a report waits for the engine's last answer`() async {
        let engine = ScriptedEngine.holding()
        let pipeline = pipeline(.make(engine: engine))
        let text = (0..<3).map { SysmonLine.create(RecordedProcess(processId: 1000 + 4 * $0, second: 5)) }
            .joined(separator: "\n")
        async let report = pipeline.replay(Array(text.utf8), chunk: 50)
        for _ in 0..<3 { await acknowledge(engine) }
        #expect(await report.total.applied == 3)
    }

    @Test func `what was brought before the client went is applied no more`() async {
        let engine = ScriptedEngine.holding()
        let driver = Driver.make(engine: engine)
        let pipeline = pipeline(driver)
        let text = SysmonLine.create(process) + "\n" + SysmonLine.exit(process) + "\n"
        let resumed = Received<Void>()
        #expect(bring(text, to: pipeline) { resumed.take(()) } == text.utf8.count)
        while engine.waiting.isEmpty { await Task.yield() }
        pipeline.abandon()
        await acknowledge(engine)
        #expect(driver.process(1000) != nil)
        #expect(resumed.count == 0)
    }
}
