import Bytes
import Driver
import JSON

// Expectations about messages.
extension CaseRun {
    /// The result of an expectation that holds: nothing, unless the case is to be explained.
    func held(_ looked: LookedExpectation) -> LookedExpectation? {
        guard options.explains else { return nil }
        var looked = looked
        looked.holds = true
        return looked
    }

    /// Whether `message` meets all criteria.
    func matches(_ criteria: Criteria, _ message: ObservedMessage) throws(LookFault) -> Bool {
        for field in criteria.matchers where try !matches(field, message.value(at: field.path)) { return false }
        return true
    }

    private func matching(
        _ criteria: Criteria, in messages: [ObservedMessage]
    ) throws(LookFault) -> [ObservedMessage] {
        var matching: [ObservedMessage] = []
        for message in messages where try matches(criteria, message) { matching.append(message) }
        return matching
    }

    func messages(
        _ expectation: Expectation, _ criteria: Criteria, _ count: Count, _ index: Int
    ) throws(LookFault) -> LookedExpectation? {
        let scope = scope(of: expectation, index)
        let matching = try matching(criteria, in: scope.messages)
        let holds = count.holds(matching.count)
        if holds, !options.explains { return nil }
        var failure = LookedExpectation(
            expectation, in: steps[index], index, expected: count.description, subject: criteria.words)
        failure.set(scope, matched: matching)
        failure.criteria = criteria
        failure.report.found = matching.count
        return holds ? held(failure) : failure
    }

    func order(
        _ expectation: Expectation, _ criteria: [Criteria], _ isStrict: Bool, _ order: Expectation.Order, _ index: Int
    ) throws(LookFault) -> LookedExpectation? {
        let scope = scope(of: expectation, index)
        let messages =
            order == .made
            ? scope.messages
            : scope.messages.filter { $0.endedAs != nil }.sorted { $0.endedAs ?? 0 < $1.endedAs ?? 0 }
        let longest = try longestRun(of: criteria, in: messages, isStrict)
        let holds = longest.count == criteria.count
        if holds, !options.explains { return nil }
        var looked = LookedExpectation(
            expectation, in: steps[index], index,
            expected: criteria.map(\.words).joined(separator: isStrict ? ", then at once " : ", then "),
            subject: order == .made
                ? "messages in the order in which they were made" : "messages in the order in which they ended")
        looked.set(scope, matched: longest)
        if holds { return held(looked) }
        try describe(&looked, missing: criteria[longest.count], after: longest.last, among: messages, isStrict)
        return looked
    }

    /// The messages that meet the most of `criteria` in their order, if `isStrict` without others between them.
    private func longestRun(
        of criteria: [Criteria], in messages: [ObservedMessage], _ isStrict: Bool
    ) throws(LookFault) -> [ObservedMessage] {
        var met: [ObservedMessage] = []
        var longest: [ObservedMessage] = []
        var position = 0
        while met.count < criteria.count, position < messages.count {
            let message = messages[position]
            position += 1
            if try matches(criteria[met.count], message) {
                met.append(message)
                if met.count > longest.count { longest = met }
            } else if isStrict, !met.isEmpty {
                // The first ones must follow each other: begin again after the first of them.
                position -= met.count
                met = []
            }
        }
        return longest
    }

    /// Says which message of an order is missing: `next`, after the last one that was found.
    private func describe(
        _ failure: inout LookedExpectation, missing next: Criteria, after last: ObservedMessage?,
        among messages: [ObservedMessage], _ isStrict: Bool
    ) throws(LookFault) {
        failure.criteria = next
        guard let last, let index = messages.firstIndex(where: { $0.sequence == last.sequence }) else {
            failure.report.detail = "no message matches the first: \(next.words)"
            return
        }
        if isStrict, let follower = messages[(index + 1)...].first {
            failure.report.detail = "#\(follower.sequence) follows #\(last.sequence), but is not \(next.words)"
        } else {
            failure.report.detail = "nothing after #\(last.sequence) matches the next: \(next.words)"
        }
        let others = try matching(next, in: Array(isStrict ? messages[...] : messages[..<index]))
        guard let other = others.first(where: { $0.sequence != last.sequence }) else { return }
        // It was made, so nothing needs a reason.
        failure.criteria = nil
        if !isStrict {
            failure.report.detail =
                "#\(other.sequence) matches the next, but comes before #\(last.sequence): \(next.words)"
        }
    }

    func nothingElse(
        _ expectation: Expectation, _ except: [Criteria], _ all: [Expectation], _ index: Int
    ) throws(LookFault) -> LookedExpectation? {
        let scope = scope(of: expectation, index)
        let allowed =
            except
            + all.flatMap { other -> [Criteria] in
                switch other.subject {
                // Those that must not come are not allowed either.
                case .messages(let criteria, let count): count.atMost == 0 ? [] : [criteria]
                case .order(let criteria, _, _): criteria
                default: []
                }
            }
        var others: [ObservedMessage] = []
        for message in scope.messages {
            var isAllowed = false
            for criteria in allowed where !isAllowed { isAllowed = try matches(criteria, message) }
            if !isAllowed { others.append(message) }
        }
        if others.isEmpty, !options.explains { return nil }
        var failure = LookedExpectation(
            expectation, in: steps[index], index, expected: "nothing else", subject: "other messages")
        failure.set(scope, matched: others)
        failure.report.found = others.count
        return others.isEmpty ? held(failure) : failure
    }

    func lossless(_ expectation: Expectation, _ isLossless: Bool, _ index: Int) -> LookedExpectation? {
        let host = host(of: expectation, index)
        let scope = everything(on: host)
        let lost = scope.messages.filter { $0.delivery != .sent }
        let holds = lost.isEmpty == isLossless
        if holds, !options.explains { return nil }
        var failure = LookedExpectation(
            expectation, in: steps[index], index, expected: isLossless ? "every message sent" : "a message not sent",
            subject: "messages of host \(plan.hosts[host].name)")
        failure.set(scope, matched: lost)
        failure.report.detail = "\(lost.count) of \(scope.messages.count.counted("message")) not sent"
        return holds ? held(failure) : failure
    }

    /// How many different lines of a golden file a report shows.
    private static let mostLines = 20

    func golden(
        _ expectation: Expectation, _ file: GoldenFile, _ index: Int
    ) throws(LookFault) -> LookedExpectation? {
        let scope = scope(of: expectation, index)
        let lines = scope.messages.map { GoldenLine($0, fields: file.fields, host: plan.hosts[scope.host].name).text }
        var failure = LookedExpectation(
            expectation, in: steps[index], index, expected: "the lines of \(file.file)", subject: "golden file")
        // A trial has other messages.
        if options.trial == nil, options.golden.update(file, to: lines, by: plan.title) { return held(failure) }
        guard let wanted = try onHost({ () throws(HostFault) in try options.golden.lines(of: file) }) else {
            failure.report.detail = "\(file.file) does not exist; --update writes it"
            return failure
        }
        if wanted == lines { return held(failure) }
        failure.set(scope, matched: [])
        let difference = GoldenDifference(wanted: wanted, found: lines, most: Self.mostLines)
        failure.report.fields = difference.fields
        if difference.count > 1 { failure.report.detail = "\(difference.count) lines differ" }
        return failure
    }
}

extension LookedExpectation {
    /// Sets the messages that the failure is about, and those that matched.
    fileprivate mutating func set(_ scope: MessageScope, matched: [ObservedMessage]) {
        self.scope = scope
        report.matched = matched.map(\.sequence)
        report.scope = scope.messages.count
        report.scopeName = scope.name
    }
}

extension Criteria {
    /// The criteria in words: the operation first, `NewThreadAndCmdLine of process app, delivery sent`.
    var words: String {
        func source(_ path: String) -> JSONTree? { matchers.first { $0.path == path }?.source }
        var shown = ["operation", "process"]
        var noun = source("operation")?.words ?? "messages"
        if source("operation") == nil, let kind = source("kind")?.text {
            noun = "\(kind) messages"
            shown.append("kind")
        }
        let head = noun + (source("process").map { " of process \($0.words)" } ?? "")
        let rest = matchers.filter { !shown.contains($0.path) }.map { "\($0.path) \($0.source.words)" }
        return ([head] + rest).joined(separator: ", ")
    }
}
