import MicroHTTPD

/// The pages of `/problems` for browsers, which open the `type` of a problem as a link.
enum ProblemPage {
    /// The page of one type.
    static func page(of type: ProblemType) -> String {
        HTMLPage(
            title: type.title.html,
            content: """
                <h1>\(type.title.html)</h1>
                <p>\(type.explanation.html)</p>
                <p>HTTP status \(type.status). <a href="/problems">All problems</a>,
                <a href="/">wdfilterd</a></p>
                """
        ).text
    }

    /// The page of all types.
    static let list: ConstantBytes = {
        let items = ProblemType.sorted.map { type in
            "<dt><a href=\"\(type.path)\">\(type.title.html)</a>, \(type.status)</dt>\n<dd>\(type.explanation.html)</dd>"
        }
        let page = HTMLPage(
            title: "Problems",
            content:
                "<h1>Problems</h1>\n<dl>\n\(items.joined(separator: "\n"))\n</dl>\n<p><a href=\"/\">wdfilterd</a></p>")
        return ConstantBytes(copying: Array(page.text.utf8))
    }()
}

extension ProblemType {
    /// All types by name.
    static let sorted = allCases.sorted { $0.rawValue < $1.rawValue }
}
