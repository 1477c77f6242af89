import Bytes
import Testing

@testable import NotificationAPI

@Suite struct EngineAlarmTests {
    private let start = Monotonic.now()

    @Test func `the first failure and the first success after it are reported`() {
        var alarm = EngineAlarm()
        #expect(alarm.succeed() == nil)
        #expect(alarm.fail(at: start) == .failing(1))
        #expect(alarm.succeed() == .working)
        #expect(alarm.succeed() == nil)
    }

    @Test func `failures that go on are counted and reported every 30 s`() {
        var alarm = EngineAlarm()
        let lines = (0..<61_000).compactMap { alarm.fail(at: start + .milliseconds($0)) }
        #expect(lines == [.failing(1), .failing(30_000), .failing(30_000)])
        #expect(alarm.succeed() == .working)
    }

    @Test func `an engine that fails every second time is reported twice in 30 s at most`() {
        var alarm = EngineAlarm()
        var lines: [EngineAlarm.Line] = []
        for millisecond in 0..<60_000 {
            lines += [alarm.fail(at: start + .milliseconds(millisecond)), alarm.succeed()].compactMap(\.self)
        }
        #expect(lines == [.failing(1), .working, .failing(30_000), .working])
    }
}
