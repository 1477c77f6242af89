import CMicroHTTPD

/// A body for libmicrohttpd, and an object that is retained until the library no longer needs the body.
final class RetainedBody {
    private let bytes: UnsafeMutableRawBufferPointer
    private let object: any AnyObject & Sendable

    private init(_ bytes: UnsafeRawBufferPointer, _ object: any AnyObject & Sendable) {
        // At least one byte, because the library rejects NULL.
        self.bytes = .allocate(byteCount: max(1, bytes.count), alignment: 1)
        self.bytes.copyMemory(from: bytes)
        self.object = object
    }

    deinit { bytes.deallocate() }

    /// Creates a response with a copy of `bytes`; nil if out of memory. `object` is released on the connection's thread
    /// when the library no longer needs the body.
    static func makeHandle(_ bytes: UnsafeRawBufferPointer, _ object: any AnyObject & Sendable) -> OpaquePointer? {
        let body = Unmanaged.passRetained(RetainedBody(bytes, object))
        let handle = MHD_create_response_from_buffer_with_free_callback_cls(
            bytes.count, body.takeUnretainedValue().bytes.baseAddress,
            { context in
                guard let context else { return }
                Unmanaged<RetainedBody>.fromOpaque(context).release()
            }, body.toOpaque())
        if handle == nil { body.release() }
        return handle
    }
}
