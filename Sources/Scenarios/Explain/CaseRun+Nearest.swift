import Driver
import JSON
import Messages

// The messages that come nearest to an expectation.
extension CaseRun {
    /// How many messages an explanation shows.
    private static let mostNearest = 3

    /// The messages to show for a failure: the matching ones if they are too many, else those that nearly match.
    func nearest(to failure: LookedExpectation, _ scope: MessageScope) -> [NearestMessage] {
        let found = failure.report.found ?? failure.report.matched.count
        if found > 0, isTooMany(failure, found) {
            let shown = failure.report.matched.prefix(Self.mostNearest).compactMap { logs[scope.host][$0] }
            return shown.compactMap { describe($0, failure.criteria, scope) }
        }
        guard let criteria = failure.criteria else { return [] }
        let matched = Set(failure.report.matched)
        let inScope = scope.messages.filter { !matched.contains($0.sequence) }
        var nearest = rank(inScope, criteria, around: scope)
        if nearest.count < Self.mostNearest {
            let known = Set(scope.messages.map(\.sequence))
            let others = logs[scope.host].messages.filter { !known.contains($0.sequence) }
            nearest += rank(others, criteria, around: scope).map { message in
                var message = message
                message.outOfScope = true
                return message
            }
        }
        return Array(nearest.prefix(Self.mostNearest))
    }

    /// Whether a failure is about messages that must not be there.
    func isTooMany(_ failure: LookedExpectation, _ found: Int) -> Bool {
        switch failure.expectation?.subject {
        case .messages(_, let count): found > count.atMost ?? .max
        case .nothingElse, .lossless: true
        default: false
        }
    }

    /// Those with the fewest unmet criteria first, then of the same operation, of the same process, with the nearest sequence.
    /// A message that is too costly to compare is passed over: it may be out of scope, and nobody has compared it before.
    private func rank(
        _ messages: [ObservedMessage], _ criteria: Criteria, around scope: MessageScope
    ) -> [NearestMessage] {
        struct Ranked {
            let rank: (Int, Int, Int, UInt64)
            let message: ObservedMessage
        }
        let middle = scope.messages.last?.sequence ?? logs[scope.host].newest
        var best: [Ranked] = []
        ranking: for message in messages {
            var unmet = 0
            var (operation, process) = (1, 1)
            for field in criteria.matchers {
                guard let isMet = try? matches(field, message.value(at: field.path)) else { continue ranking }
                if !isMet { unmet += 1 }
                if field.path == "operation", isMet { operation = 0 }
                if field.path == "process", isMet { process = 0 }
            }
            // One that meets nothing says nothing.
            if unmet == criteria.matchers.count, !criteria.matchers.isEmpty, operation == 1 { unmet += 100 }
            let distance = message.sequence > middle ? message.sequence - middle : middle - message.sequence
            best.append(Ranked(rank: (unmet, operation, process, distance), message: message))
            if best.count > 64 {
                best.sort { $0.rank < $1.rank }
                best.removeLast(best.count - Self.mostNearest)
            }
        }
        best.sort { $0.rank < $1.rank }
        return best.prefix(Self.mostNearest).compactMap { describe($0.message, criteria, scope) }
    }

    /// A message with its criteria; nil if it is too costly to compare.
    func describe(_ message: ObservedMessage, _ criteria: Criteria?, _ scope: MessageScope) -> NearestMessage? {
        var compared: [ComparedField] = []
        for field in criteria?.matchers ?? [] {
            let value = message.value(at: field.path)
            guard let isMet = try? matches(field, value) else { return nil }
            compared.append(
                ComparedField(
                    criterion: field.path, expected: field.source, actual: named(value, on: scope.host),
                    note: value.isPresent ? nil : message.note(onMissing: field.path), isMet: isMet))
        }
        return NearestMessage(
            sequence: message.sequence, kind: message.message.kind.rawValue, operation: message.message.operationName,
            step: maker(of: message.sequence, on: scope.host), criteria: compared)
    }

    /// A value, in which a process that has a name is shown with it: `explorer (8)`.
    private func named(_ value: ObservedValue, on host: Int) -> JSONTree {
        guard case .process(let process) = value, let name = name(of: process, on: host) else { return value.json }
        return .string("\(name) (\(process.processId))")
    }

    /// The step that made a message.
    func maker(of sequence: UInt64, on host: Int) -> StepPlace? {
        guard let message = logs[host][sequence], let index = message.step, steps.indices.contains(index) else {
            return nil
        }
        var place = steps[index].place
        place.record = routine(thatMade: message, on: host)?.record
        return place
    }
}

extension ObservedMessage {
    /// Why there is no value at `path`, a phrase.
    fileprivate func note(onMissing path: String) -> String? {
        let kind = message.kind.rawValue
        if path.hasPrefix(MessageField.data + ".") { return "\(kind) \(message.operationName) has no such field" }
        guard let field = MessageField.table.first(where: { $0.name == path.prefix { $0 != "." } }) else { return nil }
        return field.kinds.contains(message.kind) ? nil : "\(kind) messages have none"
    }
}
