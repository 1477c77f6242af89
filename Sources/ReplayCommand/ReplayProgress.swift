import Bytes
import Console
import Locking
import Runtime

/// Shows the progress of a replay: a bar on a terminal, otherwise a line every few seconds.
final class ReplayProgress: Sendable {
    private struct State {
        var name = ""
        /// Positions in the file: where the current block begins and ends, and how far its lines were applied.
        var bounds: Range<UInt64> = 0..<0
        var position: UInt64 = 0
        var size: UInt64?
        /// Lines before the current block, and those of it that were applied.
        var linesBefore = 0
        var lines = 0
        var started: UInt64
    }

    private let line: ProgressLine
    private let clock = SystemClock()
    private let state: Locked<State>

    init(_ form: ProgressLine.Form) {
        line = ProgressLine(form)
        state = Locked(State(started: SystemClock().uptimeNanoseconds()))
    }

    /// Notes that the lines of `block` come next.
    func begin(_ block: RecordingFiles.Block) {
        if line.isHidden { return }
        state.withLock { state in
            if state.name != block.name || state.bounds.upperBound > block.position {
                let isFirst = state.linesBefore + state.lines == 0
                state = State(name: block.name, started: isFirst ? state.started : clock.uptimeNanoseconds())
            }
            state.bounds = state.bounds.upperBound..<block.position
            state.position = state.bounds.lowerBound
            state.size = block.size
            state.linesBefore += state.lines
            state.lines = 0
        }
    }

    /// Notes that `applied` of the `count` lines of the block were applied or skipped, and shows the progress if it is due.
    func note(_ applied: Int, of count: Int) {
        if line.isHidden { return }
        let current = state.withLock { state in
            state.lines = applied
            state.position =
                state.bounds.lowerBound + UInt64(Double(state.bounds.count) * Double(applied) / Double(max(count, 1)))
            return state
        }
        line.show { ReplayProgress.text(current, now: clock.uptimeNanoseconds(), width: $0) }
    }

    /// Prints a message.
    func print(_ text: String) { line.print(text) }

    /// Removes the bar.
    func clear() { line.clear() }

    private static func text(_ state: State, now: UInt64, width: Int) -> String {
        let seconds = Double(now > state.started ? now - state.started : 0) / 1e9
        let rate = "\(whole(Double(state.linesBefore + state.lines) / max(seconds, 1e-9)).grouped) lines/s"
        let name = state.name.count > 24 ? "…" + state.name.suffix(23) : state.name
        guard let size = state.size, size > 0 else {
            return String("\(name)  \(bytes(state.position))  \(rate)".prefix(width - 1))
        }
        let share = min(Double(state.position) / Double(size), 1)
        let left = share > 0 ? clock(seconds: whole((seconds / share - seconds).rounded())) : "-"
        let figures = "\(Int(share * 100)) %  \(bytes(state.position)) of \(bytes(size))  \(rate)  \(left) left"
        let room = width - figures.count - name.count - 6
        guard room >= 8 else { return String("\(name)  \(figures)".prefix(width - 1)) }
        return "\(name)  \(ProgressLine.bar(share, length: min(room, 40)))  \(figures)"
    }

    /// `number` truncated to an integer and clamped to the range of `Int`; 0 for NaN.
    static func whole(_ number: Double) -> Int {
        if number.isNaN { return 0 }
        return Int(exactly: number.rounded(.towardZero)) ?? (number > 0 ? .max : .min)
    }

    private static func clock(seconds: Int) -> String {
        let (minutes, rest) = seconds.quotientAndRemainder(dividingBy: 60)
        return "\(minutes):\(rest < 10 ? "0" : "")\(rest)"
    }

    /// A size in a suitable unit.
    static func bytes(_ count: UInt64) -> String {
        switch count {
        case ..<1000: "\(count) B"
        case ..<1_000_000: "\(count / 1000) kB"
        case ..<1_000_000_000: "\(count / 1_000_000).\(count / 100_000 % 10) MB"
        default: "\(count / 1_000_000_000).\(count / 10_000_000 % 100 < 10 ? "0" : "")\(count / 10_000_000 % 100) GB"
        }
    }
}
