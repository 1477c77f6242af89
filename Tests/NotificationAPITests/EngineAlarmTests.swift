import Bytes
import Testing

@testable import NotificationAPI

@Suite struct EngineAlarmTests {
    private let start = Monotonic.now()

    @Test func `the first failure and the first success after it are reported`() {
        var alarm = EngineAlarm()
        #expect(alarm.succeed(at: start) == nil)
        #expect(alarm.fail(at: start) == .failing(1))
        #expect(alarm.succeed(at: start) == .working)
        #expect(alarm.succeed(at: start) == nil)
    }

    @Test func `failures that go on are counted and reported every 30 s`() {
        var alarm = EngineAlarm()
        let lines = (0..<61_000).compactMap { alarm.fail(at: start + .milliseconds($0)) }
        #expect(lines == [.failing(1), .failing(30_000), .failing(30_000)])
        #expect(alarm.succeed(at: start + .seconds(61)) == .working)
    }

    @Test func `a failure soon after a success is reported, so that the last line is true`() {
        var alarm = EngineAlarm()
        #expect(alarm.fail(at: start) == .failing(1))
        #expect(alarm.succeed(at: start + .seconds(1)) == .working)
        #expect(alarm.fail(at: start + .seconds(2)) == .failing(1))
        #expect(alarm.fail(at: start + .seconds(3)) == nil)
    }

    @Test func `an engine that fails every second time is reported three times in 30 s, and never as one that works`() {
        var alarm = EngineAlarm()
        var lines: [EngineAlarm.Line] = []
        for millisecond in 0..<29_990 {
            let now = start + .milliseconds(millisecond)
            lines += [alarm.fail(at: now), alarm.succeed(at: now)].compactMap(\.self)
        }
        #expect(lines == [.failing(1), .working, .failing(1), .working, .failing(1)])
        #expect(alarm.succeed(at: start + .seconds(30)) == .working)
        #expect(alarm.fail(at: start + .seconds(31)) == .failing(29_988))
    }
}
