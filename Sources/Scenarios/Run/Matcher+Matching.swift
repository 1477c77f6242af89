import Driver
import Messages

extension Matcher {
    /// Whether `value` is as it must be. `names` knows the processes and threads of the scenario.
    ///
    /// - Throws: If a regular expression costs too much.
    func matches(_ value: ObservedValue, _ names: NameTable) throws(PatternTooCostly) -> Bool {
        switch self {
        case .present(let isPresent): return value.isPresent == isPresent
        case .not(let matcher): return try !matcher.matches(value, names)
        case .anyOf(let matchers):
            for matcher in matchers where try matcher.matches(value, names) { return true }
            return false
        case .allOf(let matchers):
            for matcher in matchers where try !matcher.matches(value, names) { return false }
            return true
        case .equals(let wanted): return wanted.comparable == value.comparable
        case .range(let from, let to):
            guard value.isPresent else { return false }
            return (from.map { value.isOrdered(after: $0) } ?? true) && (to.map { $0.isOrdered(after: value) } ?? true)
        case .glob(let pattern):
            if case .text(let text) = value { return pattern.matches(text) }
            return false
        case .regex(let pattern):
            if case .text(let text) = value { return try pattern.isFound(in: text) }
            return false
        case .hasBits(let bits):
            if case .word(let word, _) = value { return word & bits == bits }
            return false
        case .lacksBits(let bits):
            if case .word(let word, _) = value { return word & bits == 0 }
            return false
        case .elements(let matchers): return try value.elements(match: matchers, names)
        case .has(let matchers):
            for matcher in matchers where try !value.hasElement(matcher, names) { return false }
            return value.isPresent
        case .lacks(let matchers):
            for matcher in matchers where try value.hasElement(matcher, names) { return false }
            return value.isPresent
        case .process(let reference):
            switch value {
            case .process(let process): return names.isProcess(reference, process)
            case .number(let processId): return names.hasId(reference, processId)
            default: return false
            }
        case .thread(let reference):
            switch value {
            case .thread(let thread): return names.isThread(reference, thread)
            case .number(let threadId): return names.hasId(reference, threadId)
            default: return false
            }
        case .members(let members):
            for member in members where try !member.matcher.matches(value[member.path], names) { return false }
            return true
        case .bytes(let pattern):
            guard case .bytes(let bytes) = value.comparable, bytes.count == pattern.count else { return false }
            return zip(pattern, bytes).allSatisfy { $0 == nil || $0 == $1 }
        }
    }
}

extension ObservedValue {
    /// Whether it is a number and at least `bound`.
    public func isOrdered(after bound: ObservedValue) -> Bool {
        switch (comparable, bound.comparable) {
        case (.number(let number), .number(let bound)): number >= bound
        case (.negative(let number), .negative(let bound)): number >= bound
        case (.number, .negative): true
        default: false
        }
    }

    private var list: [ObservedValue] { if case .list(let values) = self { values } else { [] } }

    fileprivate func hasElement(_ matcher: Matcher, _ names: NameTable) throws(PatternTooCostly) -> Bool {
        for element in list where try matcher.matches(element, names) { return true }
        return false
    }

    /// Whether each element can be paired with a matcher of its own.
    fileprivate func elements(match matchers: [Matcher], _ names: NameTable) throws(PatternTooCostly) -> Bool {
        guard case .list(var rest) = self, rest.count == matchers.count else { return false }
        for matcher in matchers {
            var position: Int?
            for (index, element) in rest.enumerated() where try matcher.matches(element, names) {
                position = index
                break
            }
            guard let position else { return false }
            rest.remove(at: position)
        }
        return true
    }
}
