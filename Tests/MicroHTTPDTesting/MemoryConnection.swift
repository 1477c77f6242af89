public import MicroHTTPD
import Synchronization

/// A client's connection in memory, for tests and for fuzzing. Requests reach a handler without a socket and without a
/// daemon's thread, through the same gate and in the same steps.
///
/// One request at a time, from one thread at a time. It leaves out the library's own work: deadlines, transfer codings,
/// `100 Continue`, and parsing lines.
public final class MemoryConnection {
    /// The progress of a request.
    public enum Progress {
        /// Refused before the handler was called.
        case refused(Response)
        /// Answered by the handler.
        case answered(Response)
        /// It waits for the handler; call `proceed()` to continue.
        case waiting
        /// The body is shorter than its `Content-Length`: a daemon would wait for the rest.
        case incomplete
    }

    private enum Phase {
        case idle
        case streaming(any BodyConsumer, rest: ArraySlice<UInt8>, isWhole: Bool)
        case handled
        case sending(any BodyProducer)
    }

    private let core: DaemonCore
    private let rendezvous: Rendezvous
    private let line = MemoryLine()
    private let pieceLength: Int
    private var phase = Phase.idle
    private var request: UInt64 = 0
    private var turn: UInt64 = 0

    /// A connection to `handler` that delivers bodies in pieces of `pieceLength` bytes, at least 1.
    public init(_ handler: any RequestHandler, pieceLength: Int = 16_384) {
        core = DaemonCore(DaemonConfiguration(), handler, { _ in })
        rendezvous = Rendezvous(handler, connection: line, socket: -1, deadline: .max)
        self.pieceLength = max(1, pieceLength)
    }

    deinit {
        hangUp()
        rendezvous.close()
    }

    /// Sends the next request; ends the previous one.
    public func send(_ raw: RawRequest) -> Progress {
        hangUp()
        request = rendezvous.open()
        let head: RequestHead
        do {
            head = try raw.head()
        } catch {
            return .refused(core.handler.refuse(error, nil).closing())
        }
        let declared = head.hasBody ? head.contentLength : 0
        let length = min(declared.map { Int(clamping: $0) } ?? .max, raw.body.count)
        return begin(head, raw.body[..<length], isWhole: length == declared ?? UInt64(length))
    }

    private func begin(_ head: RequestHead, _ body: ArraySlice<UInt8>, isWhole: Bool) -> Progress {
        switch core.handler.begin(head) {
        case .reject(let response):
            return answer(response)
        case .collect(let limit, let tooLarge, let handle):
            if head.contentLength ?? UInt64(body.count) > limit { return answer(tooLarge()) }
            guard isWhole else { return .incomplete }
            phase = .handled
            handle(Request(head: head, body: Array(body)), Responder(rendezvous, request: request))
        case .stream(let consumer):
            phase = .streaming(consumer, rest: body, isWhole: isWhole)
            consumer.begin(BodySender(rendezvous: rendezvous, request: request))
        }
        return proceed()
    }

    /// Continues a request that was waiting.
    public func proceed() -> Progress {
        if line.isSuspended { return .waiting }
        if case .streaming(let consumer, let rest, let isWhole) = phase {
            guard let left = feed(consumer, rest) else { return .incomplete }
            phase = .streaming(consumer, rest: left, isWhole: isWhole)
            if !left.isEmpty { return .waiting }
            guard isWhole else { return .incomplete }
            phase = .handled
            consumer.finish(Responder(rendezvous, request: request))
        }
        guard case .handled = phase else { return .waiting }
        return switch rendezvous.settle(core) {
        case .reply(let response): answer(response)
        case .suspend, .refuse, .abort: .waiting
        }
    }

    /// The bytes that the consumer left because it must wait; nil if nothing will resume it.
    private func feed(_ consumer: any BodyConsumer, _ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var rest = bytes
        while !rest.isEmpty {
            let turn = nextTurn()
            let resumption = BodyResumption(rendezvous: rendezvous, turn: turn)
            let piece = rest.prefix(pieceLength)
            let taken = piece.withUnsafeBytes { consumer.consume($0, resume: resumption) }
            precondition(0...piece.count ~= taken, "a consumer took \(taken) of \(piece.count) bytes")
            rest = rest.dropFirst(taken)
            if taken == piece.count { continue }
            switch rendezvous.pauseConsumer(turn, core) {
            case .proceed: continue
            case .suspend: return rest
            case .abort: return nil
            }
        }
        return rest
    }

    /// Reads the next bytes of an answer that is produced while it is sent, at most `capacity`; nil if there are none
    /// now. Empty at the end of the answer, and for an answer that is not streamed.
    public func read(_ capacity: Int = 16_384) -> [UInt8]? {
        guard case .sending(let producer) = phase else { return [] }
        if line.isSuspended { return nil }
        while true {
            let turn = nextTurn()
            var production = BodyProduction.end
            let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                buffer.initialize(repeating: 0)
                production = producer.produce(
                    into: UnsafeMutableRawBufferPointer(buffer),
                    resume: BodyResumption(rendezvous: rendezvous, turn: turn))
                if case .bytes(let written) = production { count = written }
            }
            switch production {
            case .bytes(let count):
                precondition(1...capacity ~= count, "a producer wrote \(count) of \(capacity) bytes")
                return bytes
            case .end, .failed: return []
            case .later:
                switch rendezvous.pauseProducer(turn, core) {
                case .proceed: continue
                case .suspend: return nil
                case .abort: return []
                }
            }
        }
    }

    /// Disconnects, whatever the progress of the request.
    public func hangUp() {
        switch phase {
        case .idle, .handled: break
        case .streaming(let consumer, _, _): consumer.abandon()
        case .sending(let producer): producer.close()
        }
        phase = .idle
        rendezvous.finish(core)
        line.resume()
    }

    private func answer(_ response: Response) -> Progress {
        if case .stream(let producer) = response.body { phase = .sending(producer) } else { phase = .idle }
        return .answered(response)
    }

    private func nextTurn() -> UInt64 {
        turn += 1
        return turn
    }
}

/// Records whether a connection in memory waits.
private final class MemoryLine: SuspendableConnection {
    private let state = Atomic(false)

    var isSuspended: Bool { state.load(ordering: .acquiring) }

    func suspend() { state.store(true, ordering: .releasing) }

    func resume() { state.store(false, ordering: .releasing) }
}
