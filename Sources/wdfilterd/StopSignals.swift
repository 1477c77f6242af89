import Glibc

/// SIGINT and SIGTERM, taken by the thread that waits for them instead of by a handler.
struct StopSignals {
    private var set = sigset_t()

    /// Holds the two back from now on, in this thread and those it starts: to be made before any other thread is.
    ///
    /// SIGPIPE is ignored as well: a reader that goes away is seen where it is written to.
    init() {
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        let result = pthread_sigmask(SIG_BLOCK, &set, nil)
        precondition(result == 0, "pthread_sigmask: \(result)")
        signal(SIGPIPE, SIG_IGN)
    }

    /// Blocks until one of them comes, and returns its name.
    func wait() -> String {
        var set = set
        var number: Int32 = 0
        let result = sigwait(&set, &number)
        precondition(result == 0, "sigwait: \(result)")
        return number == SIGINT ? "SIGINT" : "SIGTERM"
    }

    /// Gives the signals their usual effect again: the next one ends the process at once.
    func letThrough() {
        var set = set
        let result = pthread_sigmask(SIG_UNBLOCK, &set, nil)
        precondition(result == 0, "pthread_sigmask: \(result)")
    }
}
