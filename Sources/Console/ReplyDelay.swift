public import ArgumentParser
import Bytes

/// A time in milliseconds or seconds: `20ms`, `1s`, 60 seconds at most.
public struct ReplyDelay: ExpressibleByArgument, Sendable {
    /// 0...60000.
    public let milliseconds: Int

    /// A delay of so many milliseconds.
    public init(milliseconds: Int) { self.milliseconds = milliseconds }

    /// Reads `20ms` or `1s`.
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

    /// The same as a duration.
    public var duration: Duration { .milliseconds(milliseconds) }
    /// As it is read.
    public var defaultValueDescription: String { "\(milliseconds)ms" }
}
