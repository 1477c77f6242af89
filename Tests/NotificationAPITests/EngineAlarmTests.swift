import Bytes
import Testing

@testable import NotificationAPI

@Suite struct EngineAlarmTests {
    private let start = Monotonic.now()

    @Test func `the first failure and the first success after it are reported`() {
        var alarm = EngineAlarm()
        #expect(alarm.succeed(at: start) == nil)
        #expect(alarm.fail(at: start) == .failing(1))
        #expect(alarm.succeed(at: start) == .working(0))
        #expect(alarm.succeed(at: start) == nil)
    }

    @Test func `failures that go on are counted and reported every 30 s`() {
        var alarm = EngineAlarm()
        let lines = (0..<61_000).compactMap { alarm.fail(at: start + .milliseconds($0)) }
        #expect(lines == [.failing(1), .failing(30_000), .failing(30_000)])
        #expect(alarm.succeed(at: start + .seconds(61)) == .working(999))
    }

    @Test func `each failure is in one line`() {
        var alarm = EngineAlarm()
        #expect(alarm.fail(64, at: start) == .failing(64))
        #expect(alarm.fail(36, at: start + .seconds(1)) == nil)
        #expect(alarm.fail(at: start + .seconds(2)) == nil)
        #expect(alarm.succeed(at: start + .seconds(3)) == .working(37))
        #expect(alarm.fail(2, at: start + .seconds(4)) == .failing(2))
    }

    @Test func `a failure soon after a success is reported, so that the last line is true`() {
        var alarm = EngineAlarm()
        #expect(alarm.fail(at: start) == .failing(1))
        #expect(alarm.succeed(at: start + .seconds(1)) == .working(0))
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
        #expect(lines == [.failing(1), .working(0), .failing(1), .working(0), .failing(1)])
        #expect(alarm.succeed(at: start + .seconds(30)) == .working(29_987))
        #expect(alarm.fail(at: start + .seconds(31)) == .failing(1))
    }
}
