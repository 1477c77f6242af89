public import ArgumentParser
import Bytes

/// A time in milliseconds or seconds: `20ms`, `1s`; at most 60 seconds.
public struct ShortDuration: ExpressibleByArgument, Sendable {
    /// 0...60000.
    public let milliseconds: Int

    /// Creates a duration of `milliseconds`.
    public init(milliseconds: Int) { self.milliseconds = milliseconds }

    /// Parses `20ms` or `1s`.
    public init?(argument: String) {
        let digits = argument.utf8.prefix(while: \.isDigit)
        let scale: Int
        switch Substring(argument.utf8.dropFirst(digits.count)) {
        case "ms": scale = 1
        case "s": scale = 1000
        default: return nil
        }
        guard let number = Int(Substring(digits)), number <= 60_000 / scale else { return nil }
        milliseconds = number * scale
    }

    /// The standard library's form.
    public var duration: Duration { .milliseconds(milliseconds) }
    /// The notation that `init` parses.
    public var defaultValueDescription: String { "\(milliseconds)ms" }
}
