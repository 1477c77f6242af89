import Driver
import Replay
import Runtime
import TestSupport
import Testing

/// Reading on one thread and applying on another gives the same result.
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

    /// Acknowledges the next waiting message, as soon as there is one.
    private func acknowledge(_ engine: ScriptedEngine) async {
        while !engine.acknowledge() { await Task.yield() }
    }

    @Test func `an upload without data gives an empty report`() async {
        let report = await pipeline().replay([])
        #expect((report.total.lines, report.machines.count) == (0, 0))
    }

    @Test(arguments: [1, 7, 100_000]) func `a last line without a newline is applied`(chunk: Int) async {
        let text = "\n" + SysmonLine.load(process) + "\nbad\n" + SysmonLine.load(process)
        let report = await pipeline().replay(Array(text.utf8), chunk: chunk)
        #expect((report.total.applied, report.total.rejected.map(\.line)) == (2, [3]))
    }

    @Test func `a complete line is applied before more data arrive`() async {
        let engine = ScriptedEngine.holding()
        let pipeline = pipeline(.make(engine: engine))
        let text = SysmonLine.create(process) + "\n" + #"{"half"#
        #expect(bring(text, to: pipeline) {} == text.utf8.count)
        await acknowledge(engine)
    }

    @Test func `the client waits while too much data is read but not applied`() async {
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

    @Test func `a report waits for the last answer of the engine`() async {
        let engine = ScriptedEngine.holding()
        let pipeline = pipeline(.make(engine: engine))
        let text = (0..<3).map { SysmonLine.create(RecordedProcess(processId: 1000 + 4 * $0, second: 5)) }
            .joined(separator: "\n")
        async let report = pipeline.replay(Array(text.utf8), chunk: 50)
        for _ in 0..<3 { await acknowledge(engine) }
        #expect(await report.total.applied == 3)
    }

    @Test func `lines that were read before the client disconnected are not applied afterwards`() async {
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
