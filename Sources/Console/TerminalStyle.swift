public import ArgumentParser
import Glibc

/// Whether to use colors.
public enum ColorChoice: String, CaseIterable, ExpressibleByArgument {
    /// On a terminal, unless `NO_COLOR` is set.
    case auto
    /// Everywhere.
    case always
    /// Nowhere.
    case never
}

/// The style of text on an output stream.
public struct TerminalStyle: Sendable {
    /// A kind of emphasis, as an SGR parameter.
    public enum Emphasis: String, Sendable {
        /// For headings.
        case bold = "1"
        /// For details.
        case faint = "2"
        /// For names.
        case name = "36"
        /// For warnings.
        case warning = "33"
    }

    /// Whether to show emphasis.
    public let usesColor: Bool
    /// Columns of the terminal; nil if lines need not be wrapped.
    public let width: Int?

    /// Plain text of any width.
    public static let plain = TerminalStyle(usesColor: false, width: nil)

    /// Creates a style.
    public init(usesColor: Bool, width: Int?) {
        self.usesColor = usesColor
        self.width = width
    }

    /// Chooses the style for `stream`: colors and wrapped lines on a terminal, neither elsewhere.
    public init(_ choice: ColorChoice, of stream: StandardStream) {
        let isTerminal = isatty(stream.rawValue) == 1
        let isUnwanted = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        let isDumb = getenv("TERM").map { strcmp($0, "dumb") == 0 } ?? false
        usesColor = choice == .always || choice == .auto && isTerminal && !isUnwanted && !isDumb
        var size = winsize()
        width =
            isTerminal && ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
            ? Int(size.ws_col) : nil
    }

    /// `text` with `emphasis`, if colors are used.
    public func apply(_ emphasis: Emphasis, _ text: String) -> String {
        usesColor && !text.isEmpty ? "\u{1B}[\(emphasis.rawValue)m\(text)\u{1B}[0m" : text
    }
}
