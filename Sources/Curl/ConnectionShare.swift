import CCurl

/// The connection of one easy handle, which no other handle reuses. It is closed on deallocation.
///
/// Used by one thread, so libcurl needs no lock functions. The easy handle keeps it alive, because a share in use cannot
/// be cleaned up.
public final class ConnectionShare {
    let pointer: UnsafeMutableRawPointer

    /// A share without a connection.
    public init() throws(CurlFailure) {
        guard let pointer = curl_share_init() else { throw CurlFailure("out of memory", of: "curl_share_init") }
        let result = curl_share_set_data(pointer, CURL_LOCK_DATA_CONNECT)
        guard result == CURLSHE_OK else {
            curl_share_cleanup(pointer)
            throw CurlFailure(String(cString: curl_share_strerror(result)), of: "curl_share_setopt")
        }
        self.pointer = pointer
    }

    deinit {
        let result = curl_share_cleanup(pointer)
        assert(result == CURLSHE_OK, "curl_share_cleanup: \(result.rawValue)")
    }
}
