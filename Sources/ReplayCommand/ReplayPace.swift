import ArgumentParser

/// How fast events follow one another.
enum ReplayPace: Equatable, Sendable {
    case asap
    /// This many times as fast as recorded.
    case speed(Double)

    init?(argument: String) {
        switch argument {
        case "asap": self = .asap
        case "recorded": self = .speed(1)
        default:
            // Double would also accept 0x10 and inf.
            let digits = argument.dropFirst()
            guard argument.first == "x", digits.allSatisfy("0123456789.e".contains),
                let speed = Double(digits), (0.001...1e6).contains(speed)
            else { return nil }
            self = .speed(speed)
        }
    }

    /// The pace as the option has it.
    var option: String {
        switch self {
        case .asap: "asap"
        case .speed(1): "recorded"
        case .speed(let speed): "x" + speed.plain
        }
    }

    /// The pace at the end of a sentence.
    var words: String {
        switch self {
        case .asap: "as fast as possible"
        case .speed(1): "at the recorded pace"
        case .speed(let speed): "at \(speed.plain) times the recorded pace"
        }
    }

    /// Parses `asap`, `recorded` or `xN`.
    ///
    /// - Throws: an error that says how to write it.
    static func parse(_ text: String) throws -> ReplayPace {
        guard let pace = ReplayPace(argument: text) else {
            throw ValidationError("write asap, recorded or xN, such as x10; N is 0.001 to 1000000")
        }
        return pace
    }
}
