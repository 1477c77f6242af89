import Glibc

extension Duration {
    /// The time after which a test gives up: a fail-safe, far longer than any test takes on the slowest machine.
    public static var failSafe: Duration { .seconds(300) }
}

/// When a test gives up waiting for other threads.
public struct Deadline: Sendable {
    private let end = ContinuousClock.now + .failSafe

    /// `Duration.failSafe` from now.
    public init() {}

    /// Whether the time is up.
    public var isOver: Bool { ContinuousClock.now >= end }
}

/// Waits until `condition` holds, checking it every millisecond; false if a `Deadline` passes first.
public func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Deadline()
    while try !condition() {
        if deadline.isOver { return false }
        usleep(1000)
    }
    return true
}

/// Makes each wait of `socket` for data, or for room to send, fail after `limit`, which is whole seconds; false after a fault.
public func limitWaits(of socket: Int32, to limit: Duration = .failSafe) -> Bool {
    var time = timeval(tv_sec: Int(limit.components.seconds), tv_usec: 0)
    return [SO_RCVTIMEO, SO_SNDTIMEO].allSatisfy { option in
        setsockopt(socket, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size)) == 0
    }
}
