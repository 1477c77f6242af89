import CMicroHTTPD

extension Connection {
    /// Queues `response`; returns NO, which cuts the connection, if the library rejects it.
    func reply(_ response: Response, _ connection: OpaquePointer) -> MHD_Result {
        phase = .replied
        var response = isHead ? response.forHead() : response
        if isLast { response.closesConnection = true }
        if !core.headers.isEmpty { response.headers += core.headers }
        if let handle = keptHandle(for: response) { return queue(handle, response, connection) }
        if let handle = response.makeHandle(for: self) {
            // The library holds its own reference while it sends.
            defer { MHD_destroy_response(handle) }
            return queue(handle, response, connection)
        }
        core.log("An answer with status \(response.status) cannot be sent: the status or a header is invalid.")
        var failure = core.handler.failure().closing()
        failure.headers += core.headers
        guard let handle = failure.makeHandle(for: self) else { return .NO }
        defer { MHD_destroy_response(handle) }
        return queue(handle, failure, connection)
    }

    /// The connection's response for an answer like the last one; nil for a long or a last answer, and if the library rejects it.
    private func keptHandle(for response: Response) -> OpaquePointer? {
        guard case .bytes(let bytes) = response.body, bytes.count <= KeptResponse.mostBodyBytes, response.isKeepable
        else { return nil }
        if kept?.update(to: response, bytes) != true { kept = KeptResponse.make(for: response, bytes) }
        return kept?.handle
    }

    private func queue(_ handle: OpaquePointer, _ response: Response, _ connection: OpaquePointer) -> MHD_Result {
        if response.retained != nil { limitSendBuffer(forBodyOf: response.length) }
        // The client gets the usual time, plus one second per 16 KiB of the answer.
        rendezvous.expectReading(
            by: monotonicNow() + core.requestTime(with: slot) + response.length / 16_384 * 1_000_000_000)
        return CMicroHTTPD_queue(connection, UInt32(response.status), handle) == 1 ? .YES : .NO
    }
}

extension Connection {
    /// Limit of unread bytes that the kernel buffers for a client. By default it buffers megabytes, which would hide for a
    /// long time that a client has stopped reading.
    private static let sendBufferSize: Int32 = 131_072

    /// Limits how much of a body of `length` bytes the kernel buffers; .max for a streamed body.
    func limitSendBuffer(forBodyOf length: Int64) {
        if length > Connection.sendBufferSize { rendezvous.limitSendBuffer(to: Connection.sendBufferSize) }
    }
}

extension Response {
    /// A copy of the answer that closes the connection.
    package func closing() -> Response {
        var response = self
        response.closesConnection = true
        return response
    }

    /// The answer to a HEAD request. libmicrohttpd 0.9.75 sends no streamed body but does send its last, empty chunk, so
    /// the connection must be closed: the client could take the chunk for the start of the next answer.
    fileprivate func forHead() -> Response {
        guard case .stream = body else { return self }
        return closing()
    }

    /// Whether the library's response for it may be used again.
    fileprivate var isKeepable: Bool { retained == nil && !closesConnection && 200...599 ~= status }

    /// The body's length in bytes; 0 for a streamed body.
    fileprivate var length: Int64 {
        switch body {
        case .bytes(let bytes): Int64(bytes.count)
        case .constant(let constant): Int64(constant.bytes.count)
        case .stream: 0
        }
    }

    /// Creates the library's response, which the caller must destroy; nil if the status or a header is invalid.
    fileprivate func makeHandle(for connection: Connection) -> OpaquePointer? {
        let made: OpaquePointer? =
            switch body {
            case .bytes(let bytes):
                bytes.withUnsafeBytes { bytes in
                    if let retained { return RetainedBody.makeHandle(bytes, retained) }
                    // The library copies the bytes and never writes to them.
                    return MHD_create_response_from_buffer(
                        bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
                }
            case .constant(let constant):
                // The library never writes to a persistent buffer.
                MHD_create_response_from_buffer(
                    constant.bytes.count, UnsafeMutableRawPointer(mutating: constant.bytes.baseAddress),
                    .RESPMEM_PERSISTENT)
            case .stream(let producer):
                ProducerFeed.makeHandle(producer, connection)
            }
        guard let handle = made else { return nil }
        var isAccepted = 200...599 ~= status
        for (name, value) in headers where isAccepted { isAccepted = handle.addHeader(name, value) }
        if closesConnection, isAccepted {
            isAccepted = handle.addHeader("Connection", "close")
        }
        guard isAccepted else {
            MHD_destroy_response(handle)
            return nil
        }
        return handle
    }
}
