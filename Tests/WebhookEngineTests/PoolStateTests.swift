import Bytes
import Curl
import Testing

@testable import WebhookEngine

/// Which messages are sent and which wait, without libcurl.
struct PoolStateTests {
    private let start = Monotonic.now()

    private func after(_ milliseconds: Int) -> Monotonic { start + .milliseconds(milliseconds) }

    private func client(_ number: UInt64) -> ClientID { ClientID(number: number) }

    private func arrive(
        _ state: inout PoolState<Int>, _ request: Int, of number: UInt64, on lane: Lane, until milliseconds: Int = 1000
    ) -> PoolState<Int>.Admission {
        state.arrive(request, of: client(number), on: lane, deadline: after(milliseconds), at: start)
    }

    @Test func `messages start up to the limit, and the next ones start in order as others end`() {
        var state = PoolState<Int>(limit: 4)
        #expect(
            (1...6).map { arrive(&state, $0, of: 1, on: .immediate) } == [.start, .start, .start, .start, .wait, .wait])
        #expect(state.running == 4)
        #expect(state.waiting == 2)
        #expect(state.finish(.immediate, of: client(1)).map(\.request) == [5])
        #expect(arrive(&state, 7, of: 2, on: .immediate) == .wait)
        #expect(state.finish(.immediate, of: client(1)).map(\.request) == [6])
        #expect(state.finish(.immediate, of: client(1)).map(\.request) == [7])
        #expect(state.finish(.immediate, of: client(1)).isEmpty)
        #expect(state.running == 3)
    }

    @Test func `FLT-5: hosts are served in order of arrival, async or not`() {
        var state = PoolState<Int>(limit: 4)
        for number in 1...4 { _ = arrive(&state, number, of: UInt64(number), on: .immediate) }
        #expect(arrive(&state, 5, of: 5, on: .async) == .wait)
        #expect(arrive(&state, 6, of: 6, on: .immediate) == .wait)
        #expect(arrive(&state, 7, of: 7, on: .async) == .wait)
        #expect((1...3).flatMap { state.finish(.immediate, of: client($0)) }.map(\.request) == [5, 6, 7])
    }

    @Test func `ASY-7: a host sends one async message at a time, in order, and others take turns with it`() {
        var state = PoolState<Int>(limit: 4)
        #expect(arrive(&state, 1, of: 1, on: .async) == .start)
        #expect(arrive(&state, 2, of: 1, on: .async) == .wait)
        #expect(arrive(&state, 3, of: 1, on: .async) == .wait)
        for number in 11...13 { #expect(arrive(&state, number, of: 2, on: .immediate) == .start) }
        #expect(arrive(&state, 21, of: 3, on: .async) == .wait)
        #expect(state.finish(.async, of: client(1)).map(\.request) == [21], "it came before the host's next turn")
        #expect(state.finish(.async, of: client(3)).map(\.request) == [2])
        #expect(state.finish(.immediate, of: client(2)).isEmpty, "3 waits for 2, not for a connection")
        #expect(state.finish(.async, of: client(1)).map(\.request) == [3])
    }

    @Test func `FLT-5: a quarter of the connections is reserved for messages that are not async`() {
        var state = PoolState<Int>(limit: 8)
        #expect(
            (1...7).map { arrive(&state, $0, of: UInt64($0), on: .async) } == Array(repeating: .start, count: 6) + [
                .wait
            ])
        #expect(
            state.shortage(for: .async)
                == "no free connection (6 of 8, of which 2 are kept for sync and direct messages)")
        #expect(arrive(&state, 8, of: 8, on: .immediate) == .start)
        #expect(arrive(&state, 9, of: 9, on: .immediate) == .start)
        #expect(arrive(&state, 10, of: 10, on: .immediate) == .wait)
        #expect(state.shortage(for: .immediate) == "no free connection (8 of 8)")
        #expect(state.finish(.immediate, of: client(8)).map(\.request) == [10], "7 came first, but may not have it")
        #expect(state.finish(.async, of: client(1)).map(\.request) == [7])
    }

    @Test func `waiting messages are limited per host, and do not keep other hosts from waiting`() {
        var state = PoolState<Int>(limit: 4)
        for number in 0..<4 + PoolState<Int>.capacity { _ = arrive(&state, number, of: 1, on: .immediate) }
        #expect(arrive(&state, -1, of: 1, on: .immediate) == .refuse)
        #expect(arrive(&state, -2, of: 2, on: .immediate) == .wait)
        #expect(arrive(&state, -3, of: 1, on: .async) == .wait)
        for _ in 0..<PoolState<Int>.capacity { #expect(arrive(&state, 0, of: 1, on: .async) == .wait) }
        #expect(arrive(&state, -4, of: 1, on: .async) == .refuse)
    }

    @Test func `messages that time out are removed, wherever they are`() {
        var state = PoolState<Int>(limit: 4)
        for number in 1...4 { _ = arrive(&state, number, of: 1, on: .immediate) }
        for (number, deadline) in [(5, 30), (6, 10), (7, 20), (8, 10)] {
            _ = arrive(&state, number, of: 1, on: .immediate, until: deadline)
        }
        #expect(state.earliestDeadline == after(10))
        #expect(state.takeExpired(at: after(9)).isEmpty)
        #expect(Set(state.takeExpired(at: after(10)).map(\.request)) == [6, 8])
        #expect(state.earliestDeadline == after(20))
        #expect(state.finish(.immediate, of: client(1)).map(\.request) == [5])
        #expect(state.takeAll(of: client(1)) == [7])
        #expect(state.earliestDeadline == nil)
        #expect(state.waiting == 0)
    }

    @Test func `a waiting async message that times out passes its turn to the host's next one`() {
        var state = PoolState<Int>(limit: 4)
        for number in 1...4 { _ = arrive(&state, number, of: 1, on: .immediate) }
        _ = arrive(&state, 5, of: 2, on: .async, until: 10)
        _ = arrive(&state, 6, of: 2, on: .async, until: 500)
        #expect(state.takeExpired(at: after(10)).map(\.request) == [5])
        #expect(state.finish(.immediate, of: client(1)).map(\.request) == [6])
        #expect(state.finish(.async, of: client(2)).isEmpty)
        #expect(arrive(&state, 7, of: 2, on: .async) == .start, "its turn is free again")
    }

    @Test func `a client that closes removes its waiting messages, and those in flight free their slots`() {
        var state = PoolState<Int>(limit: 4)
        #expect(arrive(&state, 1, of: 1, on: .async) == .start)
        for number in 2...4 { _ = arrive(&state, number, of: 2, on: .immediate) }
        _ = arrive(&state, 5, of: 1, on: .async)
        _ = arrive(&state, 6, of: 1, on: .immediate)
        _ = arrive(&state, 7, of: 3, on: .async)
        #expect(state.takeAll(of: client(1)) == [5, 6])
        #expect(state.finish(.async, of: client(1)).map(\.request) == [7])
        #expect(state.takeAll(of: client(1)).isEmpty)
    }

    @Test func `many timeouts leave nothing behind`() {
        var state = PoolState<Int>(limit: 4)
        for number in 1...4 { _ = arrive(&state, number, of: 1, on: .immediate) }
        for round in 1...20 {
            for number in 0..<1000 {
                #expect(arrive(&state, number, of: UInt64(number), on: .async, until: round) == .wait)
            }
            #expect(state.takeExpired(at: after(round)).count == 1000)
        }
        #expect(state.waiting == 0)
        #expect(state.earliestDeadline == nil)
        #expect(state.finish(.immediate, of: client(1)).isEmpty)
    }

    @Test func `a pool keeps connections in use and releases idle ones`() throws {
        let receiver = try ScriptedReceiver()
        let inbox = try WebhookInbox(by: EgressRules(), connections: 4, addressLifetime: 60)
        let pool = ConnectionPool(to: Endpoint(url: receiver.url, userAgent: "x"), by: inbox, gauge: PoolGauge())
        let (first, second) = (try pool.takeConnection(at: start), try pool.takeConnection(at: start))
        #expect(first.number != second.number)
        for connection in [first, second] {
            try connection.connect()
            while try inbox.sockets.multi.perform().isEmpty {
                try inbox.sockets.multi.wait(milliseconds: 20_000, also: -1)
            }
            try connection.finishConnecting()
            pool.putBack(connection, at: start)
        }
        pool.closeIdle(at: start + .seconds(29))
        let last = try pool.takeConnection(at: start)
        #expect(last === second, "the one that was used last")
        pool.closeIdle(at: start + .seconds(30))
        pool.putBack(last, at: start)
        #expect(try pool.takeConnection(at: start) === second)
        #expect(try pool.takeConnection(at: start) !== first, "it was idle for too long, whatever the other did")
        second.disconnect()
        pool.putBack(second, at: start)
        #expect(try pool.takeConnection(at: start) === second, "a closed one is made again")
    }
}
