@testable import MicroHTTPD
import Testing

/// An exchange that can be changed inside an expectation.
private final class Subject {
    private var exchange = Exchange()

    func open() -> UInt64 { exchange.open() }
    func finish() -> Bool { exchange.finish().wasAwaited }
    func beginAwaiting() -> Bool { exchange.beginAwaiting() }
    func accept(_ status: Int, to request: UInt64) -> Bool {
        exchange.accept(Response(status: status), to: request).resumes
    }
    func addDisconnectAction(for request: UInt64) -> Bool { exchange.addDisconnectAction({}, for: request) }
    func disconnect() -> Int? { exchange.disconnect()?.count }
    func pauseConsumer(_ turn: UInt64, _ stage: Stage) -> Exchange.Pause { exchange.pauseConsumer(turn, stage) }
    func pauseProducer(_ turn: UInt64, _ stage: Stage) -> Exchange.Pause { exchange.pauseProducer(turn, stage) }
    func resume(_ turn: UInt64) -> Bool { exchange.resume(turn) }
    func wake(_ stage: Stage) -> Bool { exchange.wake(stage) }
    var suspension: Exchange.Suspension { exchange.suspension }
    var unanswered: UInt64? { exchange.unanswered }
    var isAwaited: Bool { exchange.isAwaited }

    /// The decision for the pool thread; a reply is represented by its status.
    func settle(_ stage: Stage) -> String {
        switch exchange.settle(stage) {
        case .reply(let response): "\(response.status)"
        case .suspend: "suspend"
        case .refuse: "refuse"
        case .abort: "abort"
        }
    }
}

struct ExchangeTests {
    private let exchange = Subject()

    @Test func `an answer before the handler returns is queued without a suspension`() {
        let request = exchange.open()
        #expect(!exchange.accept(200, to: request))
        #expect(exchange.settle(.running) == "200")
        #expect(exchange.suspension == .none)
    }

    @Test func `an answer to a suspended request resumes it once`() {
        let request = exchange.open()
        #expect(exchange.settle(.running) == "suspend")
        #expect(exchange.accept(200, to: request))
        #expect(!exchange.accept(500, to: request))
        #expect(exchange.settle(.running) == "200")
    }

    @Test func `an answer to an earlier request is discarded`() {
        let first = exchange.open()
        #expect(!exchange.finish())
        let second = exchange.open()
        #expect(exchange.settle(.running) == "suspend")
        #expect(!exchange.accept(500, to: first))
        #expect(exchange.accept(200, to: second))
        #expect(exchange.settle(.running) == "200")
    }

    @Test func `an answer after the end is discarded`() {
        let request = exchange.open()
        #expect(!exchange.finish())
        #expect(!exchange.accept(200, to: request))
        #expect(exchange.open() != request)
        #expect(exchange.settle(.running) == "suspend")
    }

    @Test func `an unsent answer is returned at the end`() {
        var exchange = Exchange()
        let request = exchange.open()
        _ = exchange.accept(Response(status: 204), to: request)
        let unsent = exchange.finish().unsent
        #expect(unsent?.status == 204)
        let none = exchange.finish().unsent
        #expect(none?.status == nil)
    }

    @Test func `nothing is suspended once the daemon is closing`() {
        let request = exchange.open()
        #expect(exchange.settle(.closing) == "refuse")
        #expect(!exchange.accept(200, to: request))
        #expect(exchange.pauseConsumer(1, .closing) == .abort)
        #expect(exchange.pauseProducer(2, .closing) == .abort)
        #expect(exchange.suspension == .none)
    }

    @Test func `an existing answer is sent even while the daemon is closing`() {
        let request = exchange.open()
        #expect(!exchange.accept(200, to: request))
        #expect(exchange.settle(.closing) == "200")
    }

    @Test func `a stop lets uploads wait until it closes`() {
        _ = exchange.open()
        #expect(exchange.pauseConsumer(1, .stopping) == .suspend)
        #expect(!exchange.wake(.stopping))
        #expect(exchange.wake(.closing))
        #expect(!exchange.wake(.closing))
    }

    @Test func `a stop ends streams at once`() {
        _ = exchange.open()
        #expect(exchange.pauseProducer(1, .running) == .suspend)
        #expect(!exchange.wake(.running))
        #expect(exchange.wake(.stopping))
        #expect(exchange.pauseProducer(2, .stopping) == .abort)
    }

    @Test func `a waiting request is not woken but listed as unanswered`() {
        let request = exchange.open()
        #expect(exchange.unanswered == nil)
        #expect(exchange.settle(.stopping) == "suspend")
        #expect(!exchange.wake(.closing))
        #expect(exchange.unanswered == request)
        #expect(exchange.accept(503, to: request))
        #expect(exchange.unanswered == nil)
    }

    @Test func `a resumption before a pause cancels the pause`() {
        _ = exchange.open()
        #expect(!exchange.resume(1))
        #expect(exchange.pauseConsumer(1, .running) == .proceed)
        #expect(exchange.pauseConsumer(2, .running) == .suspend)
        #expect(!exchange.resume(1))
        #expect(exchange.resume(2))
        #expect(!exchange.resume(2))
    }

    @Test func `a stop waits only for an open request`() {
        #expect(!exchange.beginAwaiting())
        _ = exchange.open()
        #expect(exchange.beginAwaiting())
        #expect(exchange.isAwaited)
        #expect(exchange.finish())
        #expect(!exchange.finish())
    }

    @Test func `a client can disconnect only from a suspended request, which then gets no answer`() {
        let request = exchange.open()
        #expect(!exchange.addDisconnectAction(for: request))
        #expect(exchange.disconnect() == nil)
        #expect(exchange.settle(.running) == "suspend")
        #expect(exchange.disconnect() == 1)
        #expect(exchange.disconnect() == nil)
        #expect(exchange.suspension == .none)
        #expect(!exchange.accept(200, to: request))
        #expect(exchange.settle(.running) == "abort")
        #expect(exchange.addDisconnectAction(for: request))
    }

    @Test func `a disconnect ends the wait of a consumer or producer`() {
        _ = exchange.open()
        #expect(exchange.pauseConsumer(1, .running) == .suspend)
        #expect(exchange.disconnect() == 0)
        #expect(!exchange.resume(1))
        #expect(exchange.pauseConsumer(2, .running) == .abort)
        #expect(exchange.pauseProducer(3, .running) == .abort)
    }

    @Test func `nothing is kept for a client after its answer`() {
        let request = exchange.open()
        #expect(!exchange.accept(200, to: request))
        #expect(!exchange.addDisconnectAction(for: request))
        #expect(!exchange.finish())
        #expect(!exchange.addDisconnectAction(for: request))
    }

    @Test func `a request that ends without an answer has lost its client`() {
        var exchange = Exchange()
        let request = exchange.open()
        _ = exchange.addDisconnectAction({}, for: request)
        let actions = exchange.finish().disconnectActions.count
        #expect(actions == 1)
        let isDisconnected = exchange.addDisconnectAction({}, for: request)
        #expect(isDisconnected)
        _ = exchange.open()
        let isKept = !exchange.addDisconnectAction({}, for: request)
        #expect(isKept)
    }
}
