import ArgumentParser
import Bytes

/// A time in milliseconds or seconds: `20ms`, `1.5s`; at most 60 seconds.
public struct ShortDuration: Sendable {
    /// 0...60000.
    public let milliseconds: Int

    /// Parses `20ms` or `1.5s`.
    ///
    /// - Throws: an error that says how to write it.
    public init(_ text: String) throws {
        if let time = Milliseconds(text) {
            guard time.count <= 60_000 else { throw ValidationError("at most 60s are allowed") }
            milliseconds = time.count
            return
        }
        guard let number = UInt(text), number <= 60_000 else {
            throw ValidationError("write milliseconds or seconds, at most 60s, such as 20ms or 1.5s")
        }
        // Up to 60 it may have been meant either way.
        let seconds =
            number <= 60 ? "\(number)" : number % 1000 == 0 ? "\(number / 1000)" : "\(Double(number) / 1000)"
        throw ValidationError("the unit is missing; write \(number)ms or \(seconds)s")
    }

    /// The standard library's form.
    public var duration: Duration { .milliseconds(milliseconds) }
}
