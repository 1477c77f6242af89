import CMicroHTTPD

/// Copies the headers of a request from the library.
struct HeaderReading {
    var headers = HeaderFields()
    var layout = RequestLayout()

    /// Reads the headers of `connection`'s request; `layout` must have followed the request line already.
    mutating func read(_ connection: OpaquePointer) {
        headers.removeAll()
        withUnsafeMutablePointer(to: &self) { reading in
            // The result is the number of headers, which `headers` counts too.
            _ = MHD_get_connection_values_n(
                connection, .HEADER_KIND,
                { context, _, name, nameSize, value, valueSize in
                    guard let reading = context?.assumingMemoryBound(to: HeaderReading.self) else { return .NO }
                    reading.pointee.append(
                        UnsafeRawBufferPointer(start: name, count: name == nil ? 0 : nameSize),
                        UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : valueSize))
                    return .YES
                }, reading)
        }
        layout.end(headSize: CMicroHTTPD_head_size(connection))
    }

    private mutating func append(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        layout.follow(
            name: UInt(bitPattern: name.baseAddress), valueEnd: UInt(bitPattern: value.baseAddress) + UInt(value.count))
        headers.append(name: name, value: value)
    }
}
