import Messages
import Replay
import Testing

/// The delays of events that keep the pace of their recording.
@Suite struct PaceScheduleTests {
    @Test func `the first event is due immediately, later ones with the recorded distance`() {
        var schedule = PaceSchedule(speed: 2)
        let delays = [(1000, 50), (1200, 50), (1200, 4_050), (1200, 20_000), (900, 60)].map { ticks, uptime in
            schedule.delay(of: FileTime(ticks: ticks), at: uptime)
        }
        #expect(delays == [0, 10_000, 6_000, 0, 0])
    }

    @Test func `extreme times and speeds do not overflow or trap`() {
        let times: [UInt64] = [0, 1, FileTime.latest.ticks, .max - 1, .max]
        let speeds = [0.001, 1, 1e6, 0, -1, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, .nan]
        for speed in speeds {
            for first in times {
                for second in times {
                    for start in times {
                        for now in times {
                            var schedule = PaceSchedule(speed: speed)
                            let begin = schedule.delay(of: FileTime(ticks: first), at: start)
                            #expect(begin == 0)
                            let delay = schedule.delay(of: FileTime(ticks: second), at: now)
                            #expect(second > first || delay == 0)
                            #expect(delay <= .max - now)
                        }
                    }
                }
            }
        }
    }
}
