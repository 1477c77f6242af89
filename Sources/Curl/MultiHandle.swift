import CCurl

/// A libcurl multi handle: the transfers of many easy handles on one thread.
public final class MultiHandle: Sendable {
    private nonisolated(unsafe) let pointer: UnsafeMutableRawPointer  // used by one thread

    /// A handle that keeps up to `connections` idle connections.
    ///
    /// - Throws: `CurlFailure` if libcurl does not start.
    public init(connections: Int) throws(CurlFailure) {
        try CurlLibrary.start()
        guard let pointer = curl_multi_init() else { throw CurlFailure("out of memory", of: "curl_multi_init") }
        self.pointer = pointer
        try MultiHandle.check(curl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, connections), "CURLMOPT_MAXCONNECTS")
    }

    deinit {
        let result = curl_multi_cleanup(pointer)
        assert(result == CURLM_OK, "curl_multi_cleanup: \(result.rawValue)")
    }

    /// Starts the transfer of `easy`, which must exist until it is removed.
    public func add(_ easy: EasyHandle) throws(CurlFailure) {
        try MultiHandle.check(curl_multi_add_handle(pointer, easy.pointer), "curl_multi_add_handle")
    }

    /// Removes `easy`, and aborts its transfer if it has not finished.
    public func remove(_ easy: EasyHandle) {
        let result = curl_multi_remove_handle(pointer, easy.pointer)
        assert(result == CURLM_OK, "curl_multi_remove_handle: \(result.rawValue)")
    }

    /// Advances all transfers, and returns the finished ones, which must then be removed.
    public func perform() throws(CurlFailure) -> [(easy: EasyHandle.ID, code: ResultCode)] {
        var stillRunning: Int32 = 0
        try MultiHandle.check(curl_multi_perform(pointer, &stillRunning), "curl_multi_perform")
        // Reads all messages before any handle is removed, which invalidates them.
        var done: [(easy: EasyHandle.ID, code: ResultCode)] = []
        var left: Int32 = 0
        while let message = curl_multi_info_read(pointer, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            done.append((EasyHandle.ID(easy), ResultCode(message.pointee.data.result)))
        }
        return done
    }

    /// Sleeps until a socket of a transfer or `descriptor` can be read, a timeout of libcurl expires, or `milliseconds` have
    /// passed.
    public func wait(milliseconds: Int, also descriptor: Int32) throws(CurlFailure) {
        var other = curl_waitfd(fd: descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        let code = curl_multi_poll(pointer, &other, 1, Int32(clamping: milliseconds), nil)
        try MultiHandle.check(code, "curl_multi_poll")
    }

    private static func check(_ code: CURLMcode, _ call: String) throws(CurlFailure) {
        if code != CURLM_OK { throw CurlFailure(String(cString: curl_multi_strerror(code)), of: call) }
    }
}
