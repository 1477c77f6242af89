import CMicroHTTPD

/// A body that libmicrohttpd sends, and an object that is kept until the library is done with the body.
final class KeptBody {
    private let bytes: UnsafeMutableRawBufferPointer
    private let keep: any AnyObject & Sendable

    private init(_ bytes: UnsafeRawBufferPointer, _ keep: any AnyObject & Sendable) {
        // One byte at least, as the library takes NULL for a fault.
        self.bytes = .allocate(byteCount: max(1, bytes.count), alignment: 1)
        self.bytes.copyMemory(from: bytes)
        self.keep = keep
    }

    deinit { bytes.deallocate() }

    /// A response with a copy of `bytes`; nil when memory is short. The library releases `keep` on the connection's thread,
    /// when it is done with the body.
    static func makeHandle(_ bytes: UnsafeRawBufferPointer, _ keep: any AnyObject & Sendable) -> OpaquePointer? {
        let body = Unmanaged.passRetained(KeptBody(bytes, keep))
        let handle = MHD_create_response_from_buffer_with_free_callback_cls(
            bytes.count, body.takeUnretainedValue().bytes.baseAddress,
            { context in
                guard let context else { return }
                Unmanaged<KeptBody>.fromOpaque(context).release()
            }, body.toOpaque())
        if handle == nil { body.release() }
        return handle
    }
}
