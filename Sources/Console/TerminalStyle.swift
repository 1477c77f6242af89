import Glibc

/// Whether to use colours.
enum ColorChoice: String, CaseIterable {
    case auto, always, never
}

/// How text looks on what it is written to.
struct TerminalStyle: Sendable {
    /// A kind of emphasis, as an SGR parameter.
    enum Emphasis: String {
        case bold = "1"
        case faint = "2"
        case name = "36"
        case warning = "33"
    }

    let usesColor: Bool
    /// Columns of the terminal; nil where lines need no bound.
    let width: Int?

    /// Plain text of any width.
    static let plain = TerminalStyle(usesColor: false, width: nil)

    init(usesColor: Bool, width: Int?) {
        self.usesColor = usesColor
        self.width = width
    }

    /// What suits `stream`: colours and lines that fit on a terminal, neither elsewhere.
    init(_ choice: ColorChoice, of stream: StandardStream) {
        let isTerminal = isatty(stream.rawValue) == 1
        let isUnwanted = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        let isDumb = getenv("TERM").map { strcmp($0, "dumb") == 0 } ?? false
        usesColor = choice == .always || choice == .auto && isTerminal && !isUnwanted && !isDumb
        var size = winsize()
        width =
            isTerminal && ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
            ? Int(size.ws_col) : nil
    }

    func apply(_ emphasis: Emphasis, _ text: String) -> String {
        usesColor && !text.isEmpty ? "\u{1B}[\(emphasis.rawValue)m\(text)\u{1B}[0m" : text
    }
}
