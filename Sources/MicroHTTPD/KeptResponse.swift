import CMicroHTTPD
import Glibc

/// The library's response for the last answer of a connection, kept for the next one.
///
/// The library allocates three times for each header, and twice for a response with a copy of its body. An answer with a
/// body as long as the last one, like most to a client that repeats a request, gets the same response: its body is
/// overwritten, and only the headers that differ are replaced. The connection must not be sending it.
struct KeptResponse: ~Copyable {
    /// The library's response.
    let handle: OpaquePointer
    private let body: UnsafeMutableRawBufferPointer  // the library frees it with the response
    private var headers: [(name: String, value: String)] = []

    /// The size of the longest body that is kept.
    static let mostBodyBytes = 4096

    /// Creates the library's response for `response`, whose body is `bytes`; nil if a header is invalid or memory runs out.
    static func make(for response: Response, _ bytes: [UInt8]) -> KeptResponse? {
        // At least one byte, because the library rejects NULL.
        guard let memory = malloc(max(1, bytes.count)) else { return nil }
        guard let handle = MHD_create_response_from_buffer(bytes.count, memory, .RESPMEM_MUST_FREE) else {
            free(memory)
            return nil
        }
        var made = KeptResponse(handle, UnsafeMutableRawBufferPointer(start: memory, count: bytes.count))
        if made.update(to: response, bytes) { return made }
        return nil
    }

    private init(_ handle: OpaquePointer, _ body: UnsafeMutableRawBufferPointer) {
        self.handle = handle
        self.body = body
    }

    deinit { MHD_destroy_response(handle) }

    /// Makes this the response for `response`, whose body is `bytes`. False if the body has another length, a header is
    /// invalid, or memory runs out; then this must not be used any more.
    mutating func update(to response: Response, _ bytes: [UInt8]) -> Bool {
        guard bytes.count == body.count else { return false }
        body.copyBytes(from: bytes)
        return replaceHeaders(with: response.headers)
    }

    /// Keeps the headers that the old and the new ones begin with, and replaces the others, so that all are in order.
    private mutating func replaceHeaders(with new: [(name: String, value: String)]) -> Bool {
        // Indices, because iterating counts references to each name and value.
        var kept = 0
        while kept < min(headers.count, new.count), headers[kept] == new[kept] { kept += 1 }
        for index in kept..<headers.count {
            // The library deletes the first of two that are equal.
            for other in 0..<kept where headers[other] == headers[index] { return false }
            guard handle.deleteHeader(headers[index].name, headers[index].value) else { return false }
        }
        for index in kept..<new.count {
            guard handle.addHeader(new[index].name, new[index].value) else { return false }
        }
        headers = new
        return true
    }
}

extension OpaquePointer {
    /// Adds a header to the library's response; false if it is invalid.
    func addHeader(_ name: String, _ value: String) -> Bool {
        // Passing the strings directly would copy both to arrays first.
        name.withCString { name in value.withCString { CMicroHTTPD_add_header(self, name, $0) == 1 } }
    }

    /// Deletes a header of the library's response; false if it has no such header.
    fileprivate func deleteHeader(_ name: String, _ value: String) -> Bool {
        name.withCString { name in value.withCString { CMicroHTTPD_delete_header(self, name, $0) == 1 } }
    }
}
