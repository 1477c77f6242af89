import Bytes
public import HTML

extension HTMLWriter {
    /// Writes a figure with its name.
    public mutating func tile(_ value: String, _ name: String, isGood: Bool = true) {
        element(.div, .class(isGood ? "" : "bad")) { html in
            html.fact(name, value)
        }
    }

    /// Writes a command; a line breaks between options rather than within one.
    public mutating func command(_ command: String) {
        element(.p, .class("command")) { html in
            html.element(.code) { html in
                let options = command.split(separator: " --")
                let most = 100
                for (place, option) in options.prefix(most).enumerated() {
                    if place > 0 { html.text(" ") }
                    html.element(.span, text: (place > 0 ? "--\(option)" : String(option)).shortened(to: 1024))
                }
                if options.count > most { html.text(" … and \((options.count - most).counted("more option"))") }
            }
        }
    }

    /// Writes the heading of a part.
    public mutating func heading(_ id: StaticString, _ title: String) {
        newline()
        element(.h2, .id(id), text: title)
        newline()
    }

    /// Writes how many more items a list has than are shown, and where to find them all. Writes nothing if all are shown.
    public mutating func more(_ count: Int, whereToFind: String?) {
        if count <= 0 { return }
        element(.p, .class("dim"), text: "and \(count.grouped) more" + (whereToFind.map { ": \($0)" } ?? ""))
    }

    /// Writes a fact in a list of facts.
    public mutating func fact(_ name: String, _ value: String) {
        element(.dt, text: name)
        element(.dd, text: value)
    }
}
