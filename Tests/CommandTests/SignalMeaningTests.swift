import Console
import Testing

@testable import wdfilterd

/// The meaning of a signal, given those before it.
@Suite struct SignalMeaningTests {
    private static let second: UInt64 = 1_000_000_000

    private func expect(
        _ meaning: inout SignalMeaning, _ signal: AwaitedSignals.Signal, at uptime: UInt64,
        _ action: SignalMeaning.Action
    ) {
        let found = meaning.action(of: signal, at: uptime)
        #expect(found == action, "\(signal) at \(uptime)")
    }

    @Test func `before a stop signal, every SIGHUP reloads`() {
        var meaning = SignalMeaning()
        for uptime in [0, 1, .max] as [UInt64] { expect(&meaning, .hangUp, at: uptime, .reload) }
    }

    @Test(arguments: [AwaitedSignals.Signal.interrupt, .terminate], [AwaitedSignals.Signal.interrupt, .terminate])
    func `a second stop signal within a second repeats the first, a later one ends at once`(
        first: AwaitedSignals.Signal, second: AwaitedSignals.Signal
    ) {
        var meaning = SignalMeaning()
        expect(&meaning, first, at: 5, .stop)
        for uptime in [5, 6, 5 + Self.second / 2, 5 + Self.second] {
            expect(&meaning, second, at: uptime, .nothing)
        }
        expect(&meaning, second, at: 6 + Self.second, .endAtOnce)
        expect(&meaning, first, at: .max, .endAtOnce)
    }

    @Test func `the second counts from the first stop signal, however many follow`() {
        var meaning = SignalMeaning()
        expect(&meaning, .terminate, at: 0, .stop)
        for step in 1...10 as ClosedRange<UInt64> {
            expect(&meaning, .terminate, at: step * Self.second / 10, .nothing)
        }
        expect(&meaning, .terminate, at: Self.second + 1, .endAtOnce)
    }

    @Test func `SIGHUP during a stop does nothing`() {
        var meaning = SignalMeaning()
        expect(&meaning, .interrupt, at: 0, .stop)
        expect(&meaning, .hangUp, at: 1, .nothing)
        expect(&meaning, .hangUp, at: 100 * Self.second, .nothing)
    }

    @Test func `a clock that goes back ends nothing`() {
        var meaning = SignalMeaning()
        expect(&meaning, .interrupt, at: 100, .stop)
        expect(&meaning, .interrupt, at: 0, .nothing)
    }
}
