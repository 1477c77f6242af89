import CMicroHTTPD

extension Connection {
    /// Queues `response`; returns NO, which cuts the connection, when the library does not take it.
    func reply(_ response: Response, _ connection: OpaquePointer) -> MHD_Result {
        phase = .replied
        var response = isHead ? response.forHead() : response
        if isLast { response.closesConnection = true }
        if let handle = response.makeHandle(for: self) { return queue(handle, response, connection) }
        core.log("An answer with status \(response.status) has a status or header that cannot be sent.")
        let failure = core.handler.failure().closing()
        guard let handle = failure.makeHandle(for: self) else { return .NO }
        return queue(handle, failure, connection)
    }

    private func queue(_ handle: OpaquePointer, _ response: Response, _ connection: OpaquePointer) -> MHD_Result {
        // The library counts its own reference while it sends.
        defer { MHD_destroy_response(handle) }
        if response.retained != nil { limitSendBuffer(forBodyOf: response.length) }
        // The client has the usual time, and more for a long answer: 16 KiB a second.
        rendezvous.expectReading(
            by: monotonicNow() + core.requestTime(with: slot) + response.length / 16_384 * 1_000_000_000)
        return CMicroHTTPD_queue(connection, UInt32(response.status), handle) == 1 ? .YES : .NO
    }
}

extension Connection {
    /// What the kernel may hold back for a client that does not read, in bytes. Left to itself it takes megabytes, so that
    /// long after a client has stopped reading all seems well.
    private static let sendBufferSize: Int32 = 131_072

    /// Bounds what the kernel holds of a body of `length` bytes, .max for one that is made while it is sent.
    func limitSendBuffer(forBodyOf length: Int64) {
        if length > Connection.sendBufferSize { rendezvous.limitSendBuffer(to: Connection.sendBufferSize) }
    }
}

extension Response {
    /// The same answer, with the connection closed after it.
    package func closing() -> Response {
        var response = self
        response.closesConnection = true
        return response
    }

    /// The same answer to a HEAD. libmicrohttpd 0.9.75 sends the last, empty chunk of a streamed body although it sends
    /// nothing else of it: the connection ends there, so that nobody takes it for the beginning of the next answer.
    fileprivate func forHead() -> Response {
        guard case .stream = body else { return self }
        return closing()
    }

    /// The body's length in bytes as far as it is known.
    fileprivate var length: Int64 {
        switch body {
        case .bytes(let bytes): Int64(bytes.count)
        case .constant(let constant): Int64(constant.bytes.count)
        case .stream: 0
        }
    }

    /// A response of the library's, to be destroyed by the caller; nil when it cannot be made with this status or these
    /// headers.
    fileprivate func makeHandle(for connection: Connection) -> OpaquePointer? {
        let made: OpaquePointer? =
            switch body {
            case .bytes(let bytes):
                bytes.withUnsafeBytes { bytes in
                    if let retained { return RetainedBody.makeHandle(bytes, retained) }
                    // The library copies, and so never writes to it.
                    return MHD_create_response_from_buffer(
                        bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
                }
            case .constant(let constant):
                // The library never writes to what it is told to be persistent.
                MHD_create_response_from_buffer(
                    constant.bytes.count, UnsafeMutableRawPointer(mutating: constant.bytes.baseAddress),
                    .RESPMEM_PERSISTENT)
            case .stream(let producer):
                ProducerFeed.makeHandle(producer, connection)
            }
        guard let handle = made else { return nil }
        var isAccepted = 200...599 ~= status
        for (name, value) in headers where isAccepted {
            // Passed as they are, both would be copied to arrays first.
            isAccepted = name.withCString { name in
                value.withCString { CMicroHTTPD_add_header(handle, name, $0) == 1 }
            }
        }
        if closesConnection, isAccepted {
            isAccepted = CMicroHTTPD_add_header(handle, "Connection", "close") == 1
        }
        guard isAccepted else {
            MHD_destroy_response(handle)
            return nil
        }
        return handle
    }
}
