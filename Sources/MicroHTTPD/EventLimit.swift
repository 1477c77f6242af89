import CMicroHTTPD

/// Replaces the system's `epoll_wait` in the whole process, and returns fewer events than libmicrohttpd asks for.
///
/// The library asks for 128, and when it gets as many it asks again, with the same time-out, before it serves any of
/// them: 128 clients whose requests came together would wait until another one moves. Events that are not returned now
/// are returned the next time.
///
/// As the system's: `epoll` is a descriptor, `events` has room for `most` of them, `timeout` is in milliseconds, -1 for
/// ever; returns how many events there are, or -1 and `errno`.
@_cdecl("epoll_wait")
public func limitedEpollWait(
    _ epoll: Int32, _ events: UnsafeMutableRawPointer?, _ most: Int32, _ timeout: Int32
) -> Int32 {
    CMicroHTTPD_wait(epoll, events, min(most, 127), timeout)
}

extension Daemon {
    /// Whether the library finds `limitedEpollWait` before the system's: the executable defines it, and shows it to the
    /// libraries that are loaded.
    static var isEventLimitInForce: Bool { CMicroHTTPD_finds_event_limit() == 1 }

    static let eventLimitWarning =
        "libmicrohttpd uses the system's epoll_wait: if 128 clients send requests at once, these may wait for a minute. "
        + "Build with the unchanged Package.swift."
}
