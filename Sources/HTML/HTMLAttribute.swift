import Bytes

/// An attribute of an element. Its name is one of these, and its value is escaped.
public struct HTMLAttribute: Sendable {
    /// A value.
    enum Value: Sendable {
        case constant(StaticString)
        case text(String)
    }

    let name: StaticString
    let value: Value

    private init(_ name: StaticString, _ value: StaticString) { (self.name, self.value) = (name, .constant(value)) }

    private init(_ name: StaticString, text: String) { (self.name, value) = (name, .text(text)) }

    private init(_ name: StaticString, _ number: Double) { self.init(name, text: number.coordinate) }
}

extension HTMLAttribute {
    /// The classes, divided by spaces.
    public static func `class`(_ names: StaticString) -> HTMLAttribute { HTMLAttribute("class", names) }
    /// The id.
    public static func id(_ id: StaticString) -> HTMLAttribute { HTMLAttribute("id", id) }
    /// A link to the element of this page with an id.
    public static func href(toId id: StaticString) -> HTMLAttribute { HTMLAttribute("href", text: "#\(id)") }
    /// The language.
    public static func lang(_ language: StaticString) -> HTMLAttribute { HTMLAttribute("lang", language) }
    /// The role.
    public static func role(_ role: StaticString) -> HTMLAttribute { HTMLAttribute("role", role) }
    /// The name for people who do not see it.
    public static func label(_ text: String) -> HTMLAttribute { HTMLAttribute("aria-label", text: text) }
    /// It can have the focus, so that a part that scrolls can be scrolled by keyboard.
    public static let focusable = HTMLAttribute("tabindex", "0")
    /// The cells that a header is for.
    public static func scope(_ scope: StaticString) -> HTMLAttribute { HTMLAttribute("scope", scope) }
    /// Whether details are shown at first.
    public static let open = HTMLAttribute("open", "")

    // MARK: For the script

    /// What the script does with the element.
    public static func does(_ what: StaticString) -> HTMLAttribute { HTMLAttribute("data-does", what) }
    /// The number by which the script sorts a cell.
    public static func sorted(by number: some FixedWidthInteger) -> HTMLAttribute {
        HTMLAttribute("data-v", text: "\(number)")
    }
    /// The number of a bucket.
    public static func bucket(_ number: Int) -> HTMLAttribute { HTMLAttribute("data-bucket", text: "\(number)") }
    /// The number of buckets in a drawing, and where they begin and end, from left to right.
    public static func buckets(_ count: Int, from left: Double, to right: Double) -> HTMLAttribute {
        HTMLAttribute("data-buckets", text: "\(count) \(left.coordinate) \(right.coordinate)")
    }

    // MARK: Metadata

    /// The encoding.
    public static let utf8 = HTMLAttribute("charset", "utf-8")
    /// The name of metadata.
    public static func name(_ name: StaticString) -> HTMLAttribute { HTMLAttribute("name", name) }
    /// The header that metadata stands for.
    public static func header(_ name: StaticString) -> HTMLAttribute { HTMLAttribute("http-equiv", name) }
    /// The value of metadata.
    public static func content(_ text: String) -> HTMLAttribute { HTMLAttribute("content", text: text) }

    // MARK: Drawings

    /// The coordinates of a drawing: from 0 to `width` and `height`.
    public static func viewBox(_ width: Double, _ height: Double) -> HTMLAttribute {
        HTMLAttribute("viewBox", text: "0 0 \(width.coordinate) \(height.coordinate)")
    }
    /// The left side.
    public static func x(_ x: Double) -> HTMLAttribute { HTMLAttribute("x", x) }
    /// The upper side.
    public static func y(_ y: Double) -> HTMLAttribute { HTMLAttribute("y", y) }
    /// The start and the end of a line.
    public static func x1(_ x: Double) -> HTMLAttribute { HTMLAttribute("x1", x) }
    /// The start of a line.
    public static func y1(_ y: Double) -> HTMLAttribute { HTMLAttribute("y1", y) }
    /// The end of a line.
    public static func x2(_ x: Double) -> HTMLAttribute { HTMLAttribute("x2", x) }
    /// The end of a line.
    public static func y2(_ y: Double) -> HTMLAttribute { HTMLAttribute("y2", y) }
    /// As wide as the part of the page that it is in.
    public static let fullWidth = HTMLAttribute("width", "100%")
    /// The outline.
    public static func d(_ path: HTMLPath) -> HTMLAttribute { HTMLAttribute("d", text: path.text) }
    /// What it is filled with: a color, `none`, `currentColor` or `url(#id)`.
    public static func fill(_ paint: StaticString) -> HTMLAttribute { HTMLAttribute("fill", paint) }
    /// How much of what is behind it is covered, 0 to 1.
    public static func fillOpacity(_ share: Double) -> HTMLAttribute { HTMLAttribute("fill-opacity", share) }
    /// The color of its outline.
    public static func stroke(_ paint: StaticString) -> HTMLAttribute { HTMLAttribute("stroke", paint) }
    /// The width of its outline.
    public static func strokeWidth(_ width: Double) -> HTMLAttribute { HTMLAttribute("stroke-width", width) }
    /// The dashes of its outline.
    public static func dashes(_ lengths: StaticString) -> HTMLAttribute { HTMLAttribute("stroke-dasharray", lengths) }
    /// Which part of a text is at its position.
    public static func anchor(_ anchor: StaticString) -> HTMLAttribute { HTMLAttribute("text-anchor", anchor) }
    /// The size of letters.
    public static func fontSize(_ size: Double) -> HTMLAttribute { HTMLAttribute("font-size", size) }
    /// The fonts.
    public static func fontFamily(_ names: StaticString) -> HTMLAttribute { HTMLAttribute("font-family", names) }
}
