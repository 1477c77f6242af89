import Glibc
import Locking
import TestSupport

/// An engine webhook on one thread that stalls, dies, returns rubbish and comes back, and knows exactly which of its
/// answers were read.
final class FaultyEngine: Sendable {
    /// How it behaves until it is told otherwise.
    enum Mode: CaseIterable, Sendable {
        /// Answers 2xx at once.
        case healthy
        /// Answers 2xx after some milliseconds.
        case slow
        /// A fault of any sort every few requests.
        case flaky
        /// Nothing but faults.
        case rubbish
        /// Reads and never answers.
        case stalled
        /// Does not even accept connections, or read.
        case deaf
        /// Nobody listens, and no connection is left.
        case dead
    }

    /// What became of a request that came in whole.
    enum Fate: Hashable, Sendable {
        /// It was answered 2xx in full, and the client had read all of it when it went on or went away.
        case acknowledged
        /// It was answered 2xx in full, but the client was gone before it had read that.
        case unread
        /// It got no answer, no whole one, or another than 2xx.
        case refused
    }

    let port: UInt16
    let ledger: EngineLedger
    private let wakeEnd: Int32
    private let mode = Locked(Mode.healthy)
    private let isDone = Locked(false)

    /// Listens on a free port of loopback; what comes is noted in `ledger`.
    init(seed: UInt64, ledger: EngineLedger) throws {
        self.ledger = ledger
        let listener = try ReopenableListener()
        port = listener.port
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0, fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 else {
            throw SocketFailure(call: "pipe, fcntl", code: errno)
        }
        wakeEnd = ends[1]
        let loop = FaultyEngineLoop(
            listener: listener, wake: ends[0], seed: seed, ledger: ledger, mode: { [mode] in mode.withLock { $0 } },
            done: { [isDone] in isDone.withLock { $0 = true } })
        detachThread { loop.run() }
    }

    deinit { close(wakeEnd) }

    /// Whether its thread has ended.
    var isGone: () -> Bool { { [isDone] in isDone.withLock { $0 } } }

    /// The engine setting that leads here.
    func setting(encoding: String) -> String {
        #"{"type":"webhook","url":"http://127.0.0.1:\#(port)/","encoding":"\#(encoding)"}"#
    }

    /// Changes what it does, from now on.
    func behave(_ new: Mode) {
        mode.withLock { $0 = new }
        var byte: UInt8 = 0
        _ = write(wakeEnd, &byte, 1)
    }
}

/// What engines say of the messages that they got, by id.
final class EngineLedger: Sendable {
    /// A message as its request told of it.
    struct Entry: Sendable {
        let host: Substring
        let kind: String
        var fate: FaultyEngine.Fate
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var duplicates: [String] = []
        var undecided = 0
    }

    private let state = Locked(State())

    /// Notes a request that came in whole. Its answer may yet be read.
    func note(_ request: EngineRequest) {
        state.withLock { state in
            let entry = Entry(host: request.host, kind: request.kind, fate: .refused)
            if state.entries.updateValue(entry, forKey: request.id) != nil { state.duplicates.append(request.id) }
        }
    }

    /// An answer is out of which it is not known yet whether it is read.
    func begin() { state.withLock { $0.undecided += 1 } }

    /// What became of such an answer.
    func decide(_ id: String, _ fate: FaultyEngine.Fate) {
        state.withLock { state in
            state.undecided -= 1
            state.entries[id]?.fate = fate
        }
    }

    /// Answers of which it is not known yet whether they are read.
    var undecided: Int { state.withLock { $0.undecided } }
    /// Messages that came more than once.
    var duplicates: [String] { state.withLock { $0.duplicates } }
    /// All messages that came.
    var entries: [String: Entry] { state.withLock { $0.entries } }
}

/// A call of the socket interface that failed.
struct SocketFailure: Error {
    let call: String
    let code: Int32
}
