import ArgumentParser

/// A whole number within limits, as an option gives it.
public enum WholeNumber {
    /// A parser of numbers in `range`.
    ///
    /// - Throws: from the parser, an error that says what to write.
    public static func parser<Number: FixedWidthInteger & Sendable>(
        _ range: ClosedRange<Number>
    ) -> @Sendable (String) throws -> Number {
        { text in
            guard let number = Number(text), range.contains(number) else {
                throw ValidationError("write a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }
}
