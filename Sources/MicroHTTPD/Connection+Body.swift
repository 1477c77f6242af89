import CMicroHTTPD

extension Connection {
    /// Handles a later call of the library for a request: with a piece of the body, or without one because the request is
    /// complete or the connection was resumed.
    ///
    /// - Parameter size: The length of `piece`; set to the number of bytes not consumed.
    func proceed(
        _ connection: OpaquePointer, _ piece: UnsafePointer<CChar>?, _ size: inout Int
    ) -> MHD_Result {
        if rendezvous.isDisconnected { return .NO }
        guard size > 0 else { return complete(connection) }
        let bytes = UnsafeRawBufferPointer(start: piece, count: size)
        switch phase {
        case .collecting:
            size = 0
            collect(bytes)
            return .YES
        case .discarding(let response, let room):
            guard bytes.count <= room else { return .NO }
            phase = .discarding(response, room: room - bytes.count)
            size = 0
            return .YES
        case .streaming(let consumer):
            return feed(bytes, to: consumer, &size)
        case .idle, .requestLine, .rejected, .handled, .replied:
            return .NO
        }
    }

    private func collect(_ bytes: UnsafeRawBufferPointer) {
        let received = body.count + bytes.count
        if received <= limit {
            body.append(contentsOf: bytes)
        } else if case .collecting(_, let tooLarge, _) = phase {
            body = []
            let fourfold = limit.multipliedReportingOverflow(by: 4)
            let bound = fourfold.overflow ? Int.max : max(fourfold.partialValue, 1 << 20)
            phase = .discarding(tooLarge(), room: max(0, bound - received))
        }
    }

    private func feed(
        _ bytes: UnsafeRawBufferPointer, to consumer: any BodyConsumer, _ size: inout Int
    ) -> MHD_Result {
        var rest = bytes[...]
        while !rest.isEmpty {
            let turn = nextTurn()
            let taken = consumer.consume(
                UnsafeRawBufferPointer(rebasing: rest), resume: BodyResumption(rendezvous: rendezvous, turn: turn))
            precondition(0...rest.count ~= taken, "a consumer took \(taken) of \(rest.count) bytes")
            rest = rest.dropFirst(taken)
            if rest.isEmpty { break }
            // No deadline for the client while it waits for us.
            rendezvous.expect(by: .max)
            switch rendezvous.pauseConsumer(turn, core) {
            case .proceed: continue
            case .suspend:
                size = rest.count
                return .YES
            case .abort: return .NO
            }
        }
        rendezvous.expect(by: monotonicNow() + core.requestTime)
        size = 0
        return .YES
    }

    private func complete(_ connection: OpaquePointer) -> MHD_Result {
        // Moved, not copied: a plan holds a dozen references.
        var ended = Phase.handled
        swap(&ended, &phase)
        switch consume ended {
        case .rejected(let response), .discarding(let response, _):
            return reply(response, connection)
        case .collecting(let head, _, let handle):
            rendezvous.expect(by: .max)
            let body = self.body
            // The memory of a long one is freed as early as its handler can.
            if body.capacity > Connection.keptBodyBytes { self.body = [] }
            handle(Request(head: head, body: body), Responder(rendezvous, request: request))
        case .streaming(let consumer):
            rendezvous.expect(by: .max)
            consumer.finish(Responder(rendezvous, request: request))
        case .handled:
            break
        case .idle, .requestLine, .replied:
            return .NO
        }
        return settle(connection)
    }

    private func settle(_ connection: OpaquePointer) -> MHD_Result {
        switch rendezvous.settle(core) {
        case .reply(let response): reply(response, connection)
        case .suspend: .YES
        case .refuse: reply(core.handler.refuse(.stopping, nil).closing(), connection)
        case .abort: .NO
        }
    }
}
