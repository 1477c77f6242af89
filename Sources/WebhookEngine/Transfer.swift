import CCurl

/// A request that libcurl is working on, and what has come back so far.
///
/// Only the thread of the `CurlMulti` touches it. libcurl's callbacks find it by pointer, so it is kept until its
/// handle has been taken out of the multi handle.
final class Transfer {
    /// Most bytes of a reply's content, and of all of its header lines.
    static let maxReplySize = 65_536

    let request: TransferRequest
    let headers: HeaderList
    private(set) var reply: [UInt8] = []
    /// Whether the reply went over `maxReplySize`.
    private(set) var isTooLarge = false
    private var headerBytes = 0
    private var sent = 0

    init(_ request: TransferRequest) throws(CurlFailure) {
        self.request = request
        headers = try HeaderList(request.headers)
    }

    /// Copies the next part of the body to `buffer` and says how much that is.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let part = request.body[sent...].prefix(buffer.count)
        buffer.copyBytes(from: part)
        sent += part.count
        return part.count
    }

    /// Takes a part of the reply; false when that makes it too large.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        isTooLarge = reply.count + bytes.count > Transfer.maxReplySize
        if !isTooLarge { reply.append(contentsOf: bytes) }
        return !isTooLarge
    }

    /// Counts a header line; false when that makes them too many.
    func receiveHeader(_ count: Int) -> Bool {
        headerBytes += count
        isTooLarge = headerBytes > Transfer.maxReplySize
        return !isTooLarge
    }
}

/// A `curl_slist` of header lines.
final class HeaderList {
    private(set) var pointer: UnsafeMutablePointer<curl_slist>?

    init(_ lines: [String]) throws(CurlFailure) {
        for line in lines {
            guard let longer = curl_slist_append(pointer, line) else { throw CurlFailure("curl_slist_append failed") }
            pointer = longer
        }
    }

    deinit { curl_slist_free_all(pointer) }
}
