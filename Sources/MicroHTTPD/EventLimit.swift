import CMicroHTTPD

/// Replaces the system's `epoll_wait` in the whole process, and returns fewer events than libmicrohttpd asks for.
///
/// The library asks for 128 events. If it gets 128, it waits again, with the same timeout, before it serves any of them:
/// the requests of 128 clients that arrive together would wait until another event happens. Events that are held back
/// here are returned by the next call.
///
/// Same interface as the system's: `epoll` is a descriptor, `events` has room for `most` events, `timeout` is in
/// milliseconds or -1 for infinite. Returns the number of events, or -1 and `errno`.
@_cdecl("epoll_wait")
public func limitedEpollWait(
    _ epoll: Int32, _ events: UnsafeMutableRawPointer?, _ most: Int32, _ timeout: Int32
) -> Int32 {
    CMicroHTTPD_wait(epoll, events, min(most, 127), timeout)
}

extension Daemon {
    /// Whether the library resolves `epoll_wait` to `limitedEpollWait`, which the executable exports to loaded libraries.
    static var isEventLimitInForce: Bool { CMicroHTTPD_finds_event_limit() == 1 }

    static let eventLimitWarning =
        "libmicrohttpd uses the system's epoll_wait: if 128 clients send requests at once, they may wait for a minute. "
        + "Build with the unchanged Package.swift."
}
