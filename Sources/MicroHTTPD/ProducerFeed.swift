import CMicroHTTPD

/// Lets libmicrohttpd pull an answer's body from a producer. The library's response owns it.
final class ProducerFeed {
    private let producer: any BodyProducer
    private let connection: Connection

    private init(_ producer: any BodyProducer, _ connection: Connection) {
        self.producer = producer
        self.connection = connection
        connection.limitSendBuffer(forBodyOf: .max)
    }

    /// Creates a response of unknown length with the body of `producer`.
    static func makeHandle(_ producer: any BodyProducer, _ connection: Connection) -> OpaquePointer? {
        let feed = Unmanaged.passRetained(ProducerFeed(producer, connection))
        let handle = MHD_create_response_from_callback(
            UInt64.max, 16_384,
            { context, _, buffer, capacity in
                guard let context, let buffer else { return MHD_CONTENT_READER_END_WITH_ERROR }
                let feed = Unmanaged<ProducerFeed>.fromOpaque(context).takeUnretainedValue()
                return feed.produce(UnsafeMutableRawBufferPointer(start: buffer, count: capacity))
            },
            feed.toOpaque(),
            { context in
                guard let context else { return }
                Unmanaged<ProducerFeed>.fromOpaque(context).takeRetainedValue().producer.close()
            })
        if handle == nil { feed.takeRetainedValue().producer.close() }
        return handle
    }

    private func produce(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let rendezvous = connection.rendezvous
        if rendezvous.isDisconnected { return MHD_CONTENT_READER_END_WITH_ERROR }
        while true {
            let turn = connection.nextTurn()
            switch producer.produce(into: buffer, resume: BodyResumption(rendezvous: rendezvous, turn: turn)) {
            case .bytes(let count):
                precondition(1...buffer.count ~= count, "a producer wrote \(count) of \(buffer.count) bytes")
                rendezvous.expect(by: monotonicNow() + connection.core.requestTime)
                return count
            case .later:
                rendezvous.expect(by: .max)
                switch rendezvous.pauseProducer(turn, connection.core) {
                case .proceed: continue
                case .suspend: return 0
                case .abort: return MHD_CONTENT_READER_END_OF_STREAM
                }
            case .end: return MHD_CONTENT_READER_END_OF_STREAM
            case .failed: return MHD_CONTENT_READER_END_WITH_ERROR
            }
        }
    }
}
