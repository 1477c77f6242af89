import Glibc

/// The processor time that the calling thread spends in `body`: other threads do not lengthen it.
public func threadTime(in body: () throws -> Void) rethrows -> Duration {
    let begun = threadTimeSoFar()
    try body()
    return threadTimeSoFar() - begun
}

private func threadTimeSoFar() -> Duration {
    var time = timespec()
    let result = clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    precondition(result == 0, "clock_gettime: \(errno)")
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
