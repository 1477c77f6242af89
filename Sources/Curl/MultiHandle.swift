import CCurl

/// A libcurl multi handle: the transfers of many easy handles on one thread, which alone calls its methods. Other threads may
/// call `wakeUp()`.
public final class MultiHandle: Sendable {
    private nonisolated(unsafe) let pointer: UnsafeMutableRawPointer  // others call curl_multi_wakeup only

    /// A handle that keeps up to `connections` connections of its own.
    ///
    /// - Throws: `CurlFailure` when libcurl does not start.
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

    /// Starts the transfer of `easy`, which must live until it is removed.
    public func add(_ easy: EasyHandle) throws(CurlFailure) {
        try MultiHandle.check(curl_multi_add_handle(pointer, easy.pointer), "curl_multi_add_handle")
    }

    /// Ends the transfer of `easy`, whether it is over or not.
    public func remove(_ easy: EasyHandle) {
        let result = curl_multi_remove_handle(pointer, easy.pointer)
        assert(result == CURLM_OK, "curl_multi_remove_handle: \(result.rawValue)")
    }

    /// Moves all transfers on, and returns those that are over; they are still to be removed.
    public func perform() throws(CurlFailure) -> [(easy: EasyHandle.ID, code: ResultCode)] {
        var stillRunning: Int32 = 0
        try MultiHandle.check(curl_multi_perform(pointer, &stillRunning), "curl_multi_perform")
        // All are read before the first is removed: the messages do not outlive that.
        var done: [(easy: EasyHandle.ID, code: ResultCode)] = []
        var left: Int32 = 0
        while let message = curl_multi_info_read(pointer, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            done.append((EasyHandle.ID(easy), ResultCode(message.pointee.data.result)))
        }
        return done
    }

    /// Sleeps until a socket is ready, a timeout of libcurl is due, `milliseconds` are over, or `wakeUp()` is called.
    public func wait(milliseconds: Int) throws(CurlFailure) {
        try MultiHandle.check(curl_multi_poll(pointer, nil, 0, Int32(clamping: milliseconds), nil), "curl_multi_poll")
    }

    /// Ends the `wait` that runs now, or else the next one. From any thread.
    public func wakeUp() {
        let result = curl_multi_wakeup(pointer)
        // Without it the thread would sleep on, and there is no way to continue that keeps timeouts.
        precondition(result == CURLM_OK, "curl_multi_wakeup: \(result.rawValue)")
    }

    private static func check(_ code: CURLMcode, _ call: String) throws(CurlFailure) {
        if code != CURLM_OK { throw CurlFailure(String(cString: curl_multi_strerror(code)), of: call) }
    }
}
