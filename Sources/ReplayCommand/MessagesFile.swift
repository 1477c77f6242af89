import Bytes
import Console
import JSON
import Locking
import Replay

/// The file of `--messages`: a line for each message, when it has ended. JSON lines, or CSV if the name ends in `.csv`.
final class MessagesFile: Sendable {
    private struct State {
        let draft: ReportFile.Draft
        var lines: [UInt8] = []
        /// Why a write failed.
        var failure: CommandFailure?

        mutating func flush() {
            if failure == nil {
                do throws(CommandFailure) { try draft.write(lines) } catch { failure = error }
            }
            lines.removeAll(keepingCapacity: true)
        }
    }

    private static let bufferSize = 64 << 10

    private let isCSV: Bool
    private let state: Locked<State>

    /// Begins the file at `path`.
    ///
    /// - Throws: Exit code 3 if that fails.
    init(_ path: String) throws(CommandFailure) {
        isCSV = CSVLine.isName(path)
        state = Locked(State(draft: try ReportFile(path).begin()))
        if isCSV { append(CSVLine(MessageColumn.all.map { "\($0.name)" }).bytes) }
    }

    /// Adds a message. A write that fails is reported by `finish`.
    func add(_ message: DeliveryLedger.Ending) { append(isCSV ? Self.csv(message) : Self.json(message)) }

    /// Writes the rest and gives the file its name.
    ///
    /// - Throws: Exit code 3 if a write failed.
    func finish() throws(CommandFailure) {
        try state.withLock { state throws(CommandFailure) in
            state.flush()
            if let failure = state.failure { throw failure }
            try state.draft.finish()
        }
    }

    /// Removes the file, unless it is finished.
    func discard() { state.withLock { $0.draft.discard() } }

    private func append(_ line: [UInt8]) {
        state.withLock { state in
            state.lines += line
            if state.lines.count >= Self.bufferSize { state.flush() }
        }
    }

    private static func json(_ message: DeliveryLedger.Ending) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            for column in MessageColumn.all {
                switch column.value(message) {
                case .text(let text): json.member(column.name, text)
                case .number(let number): json.member(column.name, number)
                case .flag(let flag): json.member(column.name, flag)
                case nil: break
                }
            }
        }
        json.newline()
        return json.bytes
    }

    private static func csv(_ message: DeliveryLedger.Ending) -> [UInt8] {
        let cells = MessageColumn.all.map { column in
            switch column.value(message) {
            case .text(let text): text
            case .number(let number): "\(number)"
            case .flag(let flag): "\(flag)"
            case nil: ""
            }
        }
        return CSVLine(cells).bytes
    }
}
