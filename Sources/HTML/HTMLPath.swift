/// The outline of a drawing, as numbers.
public struct HTMLPath: Sendable {
    /// The value of the attribute `d`.
    private(set) var text = ""

    /// Nothing.
    public init() {}

    /// Whether there is nothing.
    public var isEmpty: Bool { text.isEmpty }

    /// Begins a line.
    public mutating func move(to x: Double, _ y: Double) { text += "M\(x.coordinate) \(y.coordinate)" }

    /// Goes on horizontally.
    public mutating func horizontal(to x: Double) { text += "H\(x.coordinate)" }

    /// Goes on vertically.
    public mutating func vertical(to y: Double) { text += "V\(y.coordinate)" }

    /// Goes on straight.
    public mutating func line(to x: Double, _ y: Double) { text += "L\(x.coordinate) \(y.coordinate)" }

    /// Goes back to where the line began.
    public mutating func close() { text += "z" }

    /// Adds a rectangle.
    public mutating func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double) {
        move(to: x, y)
        horizontal(to: x + width)
        vertical(to: y + height)
        horizontal(to: x)
        close()
    }
}

extension Double {
    /// The number with at most one decimal, which is enough for a screen.
    var coordinate: String {
        let tenths = Int((self * 10).rounded())
        let magnitude = tenths.magnitude
        let sign = tenths < 0 ? "-" : ""
        return magnitude % 10 == 0 ? "\(sign)\(magnitude / 10)" : "\(sign)\(magnitude / 10).\(magnitude % 10)"
    }
}
