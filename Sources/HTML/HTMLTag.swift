/// The elements that pages have. Scripts and styles are not among them: `HTMLWriter` embeds only constants of the program.
public enum HTMLTag: String, Sendable {
    // The document
    case html, head, title, body, header, main, nav
    // Text
    case h1, h2, h3, p, pre, ul, ol, li, dl, dt, dd, div, details, summary
    case a, code, span, strong
    // Tables
    case table, caption, thead, tbody, tr, th, td
    // Drawings
    case svg, path, line, text
}

/// The elements without content.
public enum HTMLVoidTag: String, Sendable {
    case meta, wbr
}
