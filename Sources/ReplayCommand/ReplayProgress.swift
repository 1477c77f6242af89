import Bytes
import Console
import Glibc
import Locking
import Runtime

/// Shows the progress of a replay: a bar on a terminal, otherwise a line every few seconds.
final class ReplayProgress: Sendable {
    /// The form of the progress, and its stream.
    enum Form: Sendable {
        case none
        /// One line that is overwritten.
        case bar(StandardStream)
        /// A line every few seconds.
        case lines(StandardStream)

        /// A bar if `stream` is a terminal that can overwrite a line.
        static func of(_ stream: StandardStream) -> Form {
            let isDumb = getenv("TERM").map { strcmp($0, "dumb") == 0 } ?? true
            return isatty(stream.rawValue) == 1 && !isDumb ? .bar(stream) : .lines(stream)
        }
    }

    private struct State {
        var name = ""
        var position: UInt64 = 0
        var size: UInt64?
        var lines = 0
        var started: UInt64
        var reported: UInt64
        var hasBar = false
    }

    private let form: Form
    private let clock = SystemClock()
    private let state: Locked<State>

    init(_ form: Form) {
        self.form = form
        let now = SystemClock().uptimeNanoseconds()
        state = Locked(State(started: now, reported: now))
    }

    /// Notes that `lines` more lines of `block` were applied or skipped, and shows the progress if it is due.
    func note(lines: Int, upTo block: RecordingFiles.Block) {
        let interval: UInt64
        switch form {
        case .none: return
        case .bar: interval = 100_000_000
        case .lines: interval = 5_000_000_000
        }
        let now = clock.uptimeNanoseconds()
        let text = state.withLock { state -> String? in
            if state.name != block.name || state.position > block.position {
                state = State(
                    name: block.name, started: state.lines == 0 ? state.started : now, reported: state.reported,
                    hasBar: state.hasBar)
            }
            state.lines += lines
            (state.position, state.size) = (block.position, block.size)
            guard now >= state.reported, now - state.reported >= interval else { return nil }
            state.reported = now
            return ReplayProgress.text(state, now: now, width: self.width)
        }
        guard let text else { return }
        switch form {
        case .none: break
        case .bar(let stream):
            state.withLock { $0.hasBar = true }
            stream.text("\r\u{1B}[K" + text)
        case .lines(let stream): stream.line(text)
        }
    }

    /// Prints a message.
    func print(_ text: String) {
        switch form {
        case .none: break
        case .bar(let stream): stream.line("\r\u{1B}[K" + text.escapingInvisible)
        case .lines(let stream): stream.line(text.escapingInvisible)
        }
    }

    /// Removes the bar.
    func clear() {
        guard case .bar(let stream) = form, state.withLock({ $0.hasBar }) else { return }
        stream.text("\r\u{1B}[K")
    }

    /// Columns of the terminal.
    private var width: Int {
        guard case .bar(let stream) = form else { return 200 }
        return TerminalStyle(.auto, of: stream).width ?? 80
    }

    private static func text(_ state: State, now: UInt64, width: Int) -> String {
        let seconds = Double(now > state.started ? now - state.started : 0) / 1e9
        let rate = "\(grouped(whole(Double(state.lines) / max(seconds, 1e-9)))) lines/s"
        let name = state.name.count > 24 ? "…" + state.name.suffix(23) : state.name
        guard let size = state.size, size > 0 else {
            return String("\(name)  \(bytes(state.position))  \(rate)".prefix(width - 1))
        }
        let share = min(Double(state.position) / Double(size), 1)
        let left = share > 0 ? clock(seconds: whole((seconds / share - seconds).rounded())) : "-"
        let figures = "\(Int(share * 100)) %  \(bytes(state.position)) of \(bytes(size))  \(rate)  \(left) left"
        let room = width - figures.count - name.count - 6
        guard room >= 8 else { return String("\(name)  \(figures)".prefix(width - 1)) }
        let length = min(room, 40)
        let filled = Int(share * Double(length))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: length - filled)
        return "\(name)  [\(bar)]  \(figures)"
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

    /// The number with digits in groups of three.
    static func grouped(_ number: Int) -> String {
        let digits = String(number)
        var text = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place).isMultiple(of: 3), digits.utf8.first != UInt8(ascii: "-") || place > 1
            {
                text.append(",")
            }
            text.append(digit)
        }
        return text
    }
}
