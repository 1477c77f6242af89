/// What reports consist of. It is written down here once more, so that the code cannot allow itself something by mistake.
enum HTMLGrammar {
    /// Text in an element, as one of its contents.
    static let text = "#text"

    /// The elements without content.
    static let voids: Set = ["meta", "wbr"]
    /// The elements of drawings that end themselves.
    static let shapes: Set = ["path", "line"]
    /// The elements whose content is not HTML.
    static let raw: Set = ["style", "script"]

    /// The attributes of each element.
    static let attributes: [String: Set<String>] = {
        var all: [String: Set<String>] = [:]
        let plain = """
            html head title body header main nav h1 h2 h3 p pre ul ol li dl dt dd div details summary a code span strong
            table caption thead tbody tr th td svg path line text meta wbr style script
            """
        for name in plain.split(whereSeparator: \.isWhitespace) { all[String(name)] = ["class"] }
        func add(_ attributes: String, to elements: String...) {
            for element in elements { all[element]?.formUnion(attributes.split(separator: " ").map(String.init)) }
        }
        add("lang", to: "html")
        add("charset name http-equiv content", to: "meta")
        add("href", to: "a")
        add("id", to: "h2", "table")
        add("aria-label", to: "nav", "div", "svg")
        add("role tabindex", to: "div")
        add("open", to: "details")
        add("data-does", to: "table")
        add("data-bucket", to: "tr")
        add("data-v", to: "td")
        add("scope", to: "th")
        add("viewBox width role data-buckets font-family", to: "svg")
        add("fill fill-opacity stroke stroke-width stroke-dasharray d", to: "path")
        add("stroke stroke-width stroke-dasharray x1 y1 x2 y2", to: "line")
        add("x y text-anchor font-size fill", to: "text")
        return all
    }()

    /// What may be in each element.
    static let contents: [String: Set<String>] = {
        let phrasing: Set = [text, "a", "code", "span", "strong", "wbr"]
        let flow = phrasing.union(["p", "pre", "h2", "h3", "ul", "ol", "dl", "div", "details", "table", "svg", "nav"])
        return [
            "html": ["head", "body"], "head": ["meta", "title", "style"], "title": [text], "style": [text],
            "script": [text], "body": ["header", "main", "script"], "header": flow.union(["h1"]), "main": flow,
            "nav": ["ul"], "h1": phrasing, "h2": phrasing, "h3": phrasing, "p": phrasing, "pre": phrasing,
            "ul": ["li"], "ol": ["li"], "li": flow, "dl": ["dt", "dd", "div"], "dt": phrasing, "dd": flow,
            "div": flow.union(["dt", "dd"]), "details": flow.union(["summary"]), "summary": phrasing, "a": [text],
            "code": [text, "span", "wbr"], "span": [text], "strong": [text], "table": ["caption", "thead", "tbody"],
            "caption": phrasing, "thead": ["tr"], "tbody": ["tr"], "tr": ["th", "td"], "th": phrasing, "td": phrasing,
            "svg": ["path", "line", "text"], "text": [text],
        ]
    }()

    /// What stands behind an ampersand for the characters that would be markup.
    static let entities: [(String, Character)] = [
        ("amp;", "&"), ("lt;", "<"), ("gt;", ">"), ("quot;", "\""), ("#39;", "'"),
    ]

    /// Whether a character controls or reorders the text (UIS-4), or may not be in a page.
    static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A: false
        case 0x00...0x1F, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFDD0...0xFDEF, 0xFEFF: true
        default: scalar.value & 0xFFFE == 0xFFFE
        }
    }
}
