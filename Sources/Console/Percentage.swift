import ArgumentParser

/// A share in percent, 0...100.
public enum Percentage {
    /// Parses a number without a sign of its unit.
    ///
    /// - Throws: an error that says what to write.
    public static func parse(_ text: String) throws -> Double {
        if let number = Double(text), (0...100).contains(number) { return number }
        let digits = text.prefix { $0 != "%" && $0 != " " }
        if text.hasSuffix("%"), let number = Double(digits), (0...100).contains(number) {
            throw ValidationError("write \(digits), without %")
        }
        throw ValidationError("write a number from 0 to 100, such as 90")
    }
}
