import Glibc

/// One connection of a `FaultyEngine`; used only by its thread.
final class FaultyConnection {
    let descriptor: Int32
    private let ledger: EngineLedger
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var then = Then.nextRequest
    private var dueAt: ContinuousClock.Instant?
    /// The messages whose answer was sent, while it is unknown whether the answer was read.
    private var answered: [String] = []
    private(set) var isClosed = false

    /// The next action after `output` is sent.
    private enum Then {
        case nextRequest
        case waitForEnd
        case shutDown
        case reset
        case trickle([UInt8], every: Int)
    }

    init(_ descriptor: Int32, _ ledger: EngineLedger) {
        self.descriptor = descriptor
        self.ledger = ledger
    }

    var events: Int16 { Int16(output.isEmpty || dueAt != nil ? POLLIN : POLLIN | POLLOUT) }

    /// How long `poll` may sleep for this connection; nil if it does not matter.
    var milliseconds: Int32? {
        dueAt.map { due in due <= .now ? 0 : Int32((due - .now) / .milliseconds(1)) + 1 }
    }

    /// Reads, answers and writes as far as possible.
    func advance(_ events: Int16, _ answer: (EngineRequest) -> EngineAnswer) {
        if events != 0 { readSome() }
        writeSome()
        while !isClosed, case .nextRequest = then, output.isEmpty, let request = takeRequest() {
            ledger.note(request)
            begin(answer(request), to: request)
            writeSome()
        }
    }

    /// Resets the connection, unless that would hide whether the last answer was read. In that case it shuts down its
    /// side, and the end of the client's side will show.
    func die() {
        if isClosed { return }
        if !output.isEmpty { decide(.refused) }
        if answered.isEmpty { return reset() }
        then = .waitForEnd
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Ends the connection. An answer that is not known to be read counts as unread.
    func end() {
        decide(.unread)
        close()
    }

    private func begin(_ answer: EngineAnswer, to request: EngineRequest) {
        switch answer {
        case .whole(let bytes, let isSuccess, let milliseconds):
            output = bytes
            if milliseconds > 0 { dueAt = .now + .milliseconds(milliseconds) }
            if isSuccess { expectEvidence(request) }
        case .last(let bytes):
            (output, then) = (bytes, .shutDown)
            expectEvidence(request)
        case .cut(let bytes, let withReset): (output, then) = (bytes, withReset ? .reset : .shutDown)
        case .hang(let bytes): (output, then) = (bytes, .waitForEnd)
        case .trickle(let bytes, let milliseconds):
            output = Array("HTTP/1.1 200 X\r\n".utf8)
            then = .trickle(bytes, every: milliseconds)
        }
    }

    private func expectEvidence(_ request: EngineRequest) {
        answered = request.ids
        ledger.begin(answered)
    }

    private func decide(_ fate: FaultyEngine.Fate) {
        ledger.decide(answered, fate)
        answered = []
    }

    private func readSome() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isClosed {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                // A client that sends the next request has read the previous answer; unsent bytes cannot have been
                // read.
                if output.isEmpty { decide(.acknowledged) }
                input += buffer[..<count]
            } else if count == 0 {
                decide(output.isEmpty && hasBeenRead() ? .acknowledged : .unread)
                close()
            } else {
                if errno == EAGAIN { return }
                decide(.unread)
                close()
            }
        }
    }

    /// Whether a client that ended the connection had read everything.
    ///
    /// If it had not, it responds to the remaining bytes with a RST instead of an acknowledgment.
    private func hasBeenRead() -> Bool {
        while true {
            var info = tcp_info()
            var length = socklen_t(MemoryLayout<tcp_info>.size)
            guard getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &info, &length) == 0 else { return false }
            if info.tcpi_state == UInt8(TCP_CLOSE) || info.tcpi_unacked == 0 {
                // A RST sets the error before it discards unacknowledged bytes, so the error is checked last.
                var error: Int32 = 0
                length = socklen_t(MemoryLayout<Int32>.size)
                getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
                return error == 0
            }
            usleep(100)
        }
    }

    private func writeSome() {
        while !isClosed {
            if let dueAt {
                if dueAt > .now { return }
                self.dueAt = nil
            }
            guard !output.isEmpty else { return finishOutput() }
            let count = send(descriptor, output, output.count, Int32(MSG_NOSIGNAL))
            guard count > 0 else {
                if errno == EAGAIN { return }
                decide(.unread)
                return close()
            }
            output.removeFirst(count)
            if output.isEmpty { finishOutput() }
            if case .trickle = then { continue }
            return
        }
    }

    private func finishOutput() {
        switch then {
        case .nextRequest, .waitForEnd: break
        case .shutDown:
            shutdown(descriptor, Int32(SHUT_WR))
            then = .waitForEnd
        case .reset: reset()
        case .trickle(let bytes, let milliseconds):
            output = bytes
            dueAt = .now + .milliseconds(milliseconds)
        }
    }

    private func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        close()
    }

    private func close() {
        guard !isClosed else { return }
        isClosed = true
        Glibc.close(descriptor)
    }

    /// The next request, once it has arrived completely.
    private func takeRequest() -> EngineRequest? {
        guard let end = input.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: input[..<end.lowerBound], as: UTF8.self)
        guard let field = head.firstRange(of: "Content-Length: "),
            let length = Int(head[field.upperBound...].prefix { $0.isNumber }),
            input.count >= end.upperBound + length
        else { return nil }
        let body = Array(input[end.upperBound...].prefix(length))
        input.removeFirst(end.upperBound + length)
        guard let request = EngineRequest(head: head, body: body) else {
            close()
            return nil
        }
        return request
    }
}
