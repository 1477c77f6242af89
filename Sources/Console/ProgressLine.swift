import Bytes
import Glibc
import Locking
import Runtime

/// Progress on a stream: a line that is overwritten on a terminal, otherwise a line every few seconds.
public final class ProgressLine: Sendable {
    /// The form of the progress, and its stream.
    public enum Form: Sendable {
        case none
        /// One line that is overwritten.
        case bar(StandardStream)
        /// A line every few seconds.
        case lines(StandardStream)

        /// A bar if `stream` is a terminal that can overwrite a line.
        public static func of(_ stream: StandardStream) -> Form {
            let isDumb = getenv("TERM").map { strcmp($0, "dumb") == 0 } ?? true
            return isatty(stream.rawValue) == 1 && !isDumb ? .bar(stream) : .lines(stream)
        }
    }

    private struct State {
        /// When a line was shown last.
        var shown: UInt64
        var hasBar = false
    }

    private let form: Form
    private let state: Locked<State>

    /// Creates a line that shows nothing yet.
    public init(_ form: Form) {
        self.form = form
        state = Locked(State(shown: SystemClock().uptimeNanoseconds()))
    }

    /// Whether nothing is ever shown.
    public var isHidden: Bool { if case .none = form { true } else { false } }

    /// Shows the line that `text` makes for a number of columns, if the last one was shown long enough ago.
    public func show(_ text: (_ width: Int) -> String) {
        let interval: UInt64
        switch form {
        case .none: return
        case .bar: interval = 100_000_000
        case .lines: interval = 5_000_000_000
        }
        let now = SystemClock().uptimeNanoseconds()
        let isDue = state.withLock { state in
            guard now >= state.shown, now - state.shown >= interval else { return false }
            state.shown = now
            return true
        }
        guard isDue else { return }
        switch form {
        case .none: break
        case .bar(let stream):
            state.withLock { $0.hasBar = true }
            stream.text("\r\u{1B}[K" + text(width))
        case .lines(let stream): stream.line(text(width))
        }
    }

    /// Prints a message.
    public func print(_ text: String) {
        switch form {
        case .none: break
        case .bar(let stream): stream.line("\r\u{1B}[K" + text.escapingInvisible)
        case .lines(let stream): stream.line(text.escapingInvisible)
        }
    }

    /// Removes the line from a terminal.
    public func clear() {
        guard case .bar(let stream) = form, state.withLock({ $0.hasBar }) else { return }
        stream.text("\r\u{1B}[K")
    }

    /// Columns of the terminal.
    private var width: Int {
        guard case .bar(let stream) = form else { return 200 }
        return TerminalStyle(.auto, of: stream).width ?? 80
    }

    /// `[####------]` with `length` characters inside, of which `share`, 0 to 1, are filled.
    public static func bar(_ share: Double, length: Int) -> String {
        let filled = Int(share * Double(length))
        return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: length - filled) + "]"
    }
}
