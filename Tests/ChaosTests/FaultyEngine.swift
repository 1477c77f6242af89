import Glibc
import Locking
import TestSupport

/// An engine webhook on one thread that stalls, dies, returns garbage and recovers, and knows exactly which of its
/// answers were read.
final class FaultyEngine: Sendable {
    /// Its behavior until the next change.
    enum Mode: CaseIterable, Sendable {
        /// Answers 2xx at once.
        case healthy
        /// Answers 2xx after some milliseconds.
        case slow
        /// A fault of some kind every few requests.
        case flaky
        /// Only faults.
        case rubbish
        /// Reads and never answers.
        case stalled
        /// Neither accepts connections nor reads.
        case deaf
        /// Does not listen, and has no connections left.
        case dead
    }

    /// The outcome of a request that arrived completely.
    enum Fate: Hashable, Sendable {
        /// It was answered 2xx in full, and the client had read all of it when it continued or disconnected.
        case acknowledged
        /// It was answered 2xx in full, but the client disconnected before it had read the answer.
        case unread
        /// It was not answered, not completely, or not with 2xx.
        case refused
    }

    let port: UInt16
    let ledger: EngineLedger
    private let wakeEnd: Int32
    private let mode = Locked(Mode.healthy)
    private let isDone = Locked(false)

    /// Listens on a free port of loopback; records requests in `ledger`.
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

    /// How a setting says that messages are encoded: as events, in bytes, or async ones in batches.
    enum Style: String, CaseIterable {
        case json = #""encoding":"json""#
        case binary = #""encoding":"binary""#
        case batches = #""batch":{"maxMessages":8,"maxDelayMs":2}"#
    }

    /// The engine setting that points to this engine.
    func setting(_ style: Style) -> String {
        #"{"type":"webhook","url":"http://127.0.0.1:\#(port)/",\#(style.rawValue)}"#
    }

    /// Changes the behavior from now on.
    func behave(_ new: Mode) {
        mode.withLock { $0 = new }
        var byte: UInt8 = 0
        _ = write(wakeEnd, &byte, 1)
    }
}

/// The engines' record of the messages that they got, by id.
final class EngineLedger: Sendable {
    /// A message as described by its request.
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

    /// Records a request that arrived completely. Its answer may still be read.
    func note(_ request: EngineRequest) {
        state.withLock { state in
            let entry = Entry(host: request.host, kind: request.kind, fate: .refused)
            for id in request.ids where state.entries.updateValue(entry, forKey: id) != nil {
                state.duplicates.append(id)
            }
        }
    }

    /// Records an answer to these messages that was sent but may not be read.
    func begin(_ ids: [String]) { state.withLock { $0.undecided += ids.count } }

    /// Records the outcome of such an answer.
    func decide(_ ids: [String], _ fate: FaultyEngine.Fate) {
        state.withLock { state in
            state.undecided -= ids.count
            for id in ids { state.entries[id]?.fate = fate }
        }
    }

    /// Messages whose answer was sent but may not have been read.
    var undecided: Int { state.withLock { $0.undecided } }
    /// Messages that arrived more than once.
    var duplicates: [String] { state.withLock { $0.duplicates } }
    /// All messages that arrived.
    var entries: [String: Entry] { state.withLock { $0.entries } }
}

/// A call of the socket interface that failed.
struct SocketFailure: Error {
    let call: String
    let code: Int32
}
