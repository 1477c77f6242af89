import Bytes
import Testing

@testable import NotificationAPI

@Suite struct StreamTurnsTests {
    private let start = Monotonic.now()

    @Test func `turns that are asked for all at once are spread over time`() {
        let turns = StreamTurns(at: start)
        let perSecond = StreamTurns.bytesPerSecond / StreamTurns.bytes
        let delays = (0..<perSecond).map { _ in turns.take(at: start) }
        #expect(delays.first == .zero)
        #expect(delays == delays.sorted())
        #expect(delays.contains { $0 > .zero && $0 <= .milliseconds(6) }, "few streams rarely wait")
        #expect(turns.take(at: start) > .milliseconds(999))
        #expect(turns.take(at: start) < .milliseconds(1002))
    }

    @Test func `turns that nobody took are not saved up`() {
        let turns = StreamTurns(at: start)
        let later = start + .seconds(3600)
        #expect(turns.take(at: later) == .zero)
        for _ in 0..<StreamTurns.bytesPerSecond / StreamTurns.bytes { _ = turns.take(at: later) }
        #expect(turns.take(at: later) > .milliseconds(999))
    }

    @Test func `a stream that asks as often as it has a turn never waits`() {
        let turns = StreamTurns(at: start)
        let turn = Duration.seconds(1) * StreamTurns.bytes / StreamTurns.bytesPerSecond
        for number in 0..<10_000 { #expect(turns.take(at: start + turn * number) == .zero) }
    }
}
