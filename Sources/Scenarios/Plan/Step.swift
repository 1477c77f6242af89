/// A step of a case.
public struct Step: Sendable {
    /// The name by which later steps and expectations refer to it.
    public var id: String?
    /// The line of its action, or of `expect` without one.
    public var line: Int
    /// The host, if the step says so.
    public var host: String?
    /// Whether the run goes on before it is done.
    public var background = false
    /// The problem with which the host must refuse it.
    public var fails: Problem?
    /// Its action; nil if it only expects.
    public var action: Action?
    /// The expectations after it.
    public var expectations: [Expectation] = []

    /// A step at `line`.
    public init(line: Int, action: Action? = nil) {
        self.line = line
        self.action = action
    }

    /// The line at which it, or a step inside it, sets an engine.
    var engineLine: Int? {
        switch action {
        case .setEngine: line
        case .repeat(let loop): loop.first.lazy.compactMap(\.engineLine).first
        default: nil
        }
    }

    /// A problem that a step must cause.
    public struct Problem: Hashable, Sendable {
        /// The last part of its type, `unknown-process`.
        public var name: String
        /// The line of `fails`.
        public var line: Int

        /// The problem `name`, expected at `line`.
        public init(name: String, line: Int) {
            self.name = name
            self.line = line
        }
    }
}

/// The position of a step: `4`, or `3.1` inside a `repeat`.
public struct StepNumber: Hashable, Sendable, CustomStringConvertible {
    /// The numbers from the outermost list of steps to its own, each from 1.
    public var parts: [Int]
    /// The iteration of each `repeat` around it, from 0.
    public var iterations: [Int] = []

    /// A step that is not inside a `repeat`.
    public init(_ number: Int) { parts = [number] }

    /// The step `number` of a `repeat`, in its round `iteration`.
    public func inner(_ number: Int, iteration: Int) -> StepNumber {
        var inner = self
        inner.parts.append(number)
        inner.iterations.append(iteration)
        return inner
    }

    /// `3.1`.
    public var description: String { parts.map(String.init).joined(separator: ".") }

    /// Whether it is the same step, in any iteration.
    public func isSameStep(as other: StepNumber) -> Bool { parts == other.parts }
}
