import Messages
import TestSupport
import Testing

@testable import Driver

/// The trees of conditions, compared with what the routines do.
@Suite struct ConditionTests {
    private static let routines = DriverRoutine.allCases.filter { !$0.checks.isEmpty }

    @Test func `ids are unique, show their rule, and lead to conditions of the same routine`() {
        let all = DriverRoutine.allCases.flatMap(\.conditions)
        #expect(Set(all.map(\.id)).count == all.count)
        for routine in DriverRoutine.allCases {
            for condition in routine.conditions {
                #expect(condition.id == condition.check.rule || condition.id.hasPrefix(condition.check.rule + "/"))
                #expect(condition.check.routine == routine)
                for outcome in [condition.whenTrue, condition.whenFalse] {
                    if let next = outcome.next { #expect(routine.condition(next) != nil, "\(condition.id) to \(next)") }
                }
            }
            let known = Set(routine.conditions.map(\.check))
            #expect(known == Set(routine.checks.map(\.check)), "every check has a condition")
        }
    }

    @Test(arguments: routines)
    func `every way follows the order of the checks, and every condition and type of message is on one`(
        _ routine: DriverRoutine
    ) {
        var reached: Set<String> = []
        func follow(_ condition: Condition?, after checks: [Check]) {
            guard let condition else { return }
            reached.insert(condition.id)
            #expect(checks.last.map { $0.rawValue < condition.check.rawValue } ?? true, "\(condition.id)")
            for outcome in [condition.whenTrue, condition.whenFalse] {
                follow(outcome.next.flatMap(routine.condition), after: checks + [condition.check])
            }
        }
        follow(routine.conditions.first, after: [])
        #expect(reached == Set(routine.conditions.map(\.id)))
        let sends = routine.conditions.flatMap { $0.whenTrue.sends + $0.whenFalse.sends }
        #expect(Set(sends) == Set(routine.messageTypes))
        #expect(sends.count == routine.messageTypes.count, "each type has one place")
    }

    /// UIA-7: what the kind and the reason of a condition say follows from the messages that its results lead to.
    @Test(arguments: routines)
    func `a reason is given where only a true result leads to some message, and a guard ends without one`(
        _ routine: DriverRoutine
    ) {
        func messages(_ outcome: Condition.Outcome) -> Set<MessageType> {
            guard let next = outcome.next.flatMap(routine.condition) else { return Set(outcome.sends) }
            return Set(outcome.sends).union(messages(next.whenTrue)).union(messages(next.whenFalse))
        }
        for condition in routine.conditions {
            let (held, failed) = (messages(condition.whenTrue), messages(condition.whenFalse))
            #expect((condition.failure != nil) == failed.isStrictSubset(of: held), "\(condition.id)")
            let endsWithout = condition.whenFalse.next == nil && failed.isEmpty && !held.isEmpty
            #expect((condition.kind == .guard) == endsWithout, "\(condition.id)")
        }
    }

    @Test func `reasons and remedies are sentences with known placeholders`() {
        for failure in DriverRoutine.allCases.flatMap(\.conditions).compactMap(\.failure) {
            for text in [failure.because, failure.remedy.text] {
                #expect(text.hasSuffix("."))
                let rest = Condition.placeholders.reduce(text) { $0.replacing($1, with: "") }
                #expect(!rest.contains("{") && !rest.contains("}"), "\(text)")
            }
        }
    }

    /// UIA-7: a random walk. Every result of every condition is seen, so that no line of the table goes untested.
    @Test func `PRC, THR, TEX, IMG: what a routine checked and sent is a way through its tree`() throws {
        var seen: Set<String> = []
        for seed in UInt64(0)..<30 {
            for report in try RandomEvents(seed: seed, count: 400).reports {
                let path = report.routine.path(of: report.trace)
                let checked = report.trace.checks.map { "\($0.check) \($0.holds)" }
                #expect(path.map { "\($0.condition.check) \($0.holds)" } == checked, "seed \(seed)")
                let last = try #require(path.last)
                #expect(last.condition.outcome(last.holds).next == nil, "seed \(seed): \(checked) is not a whole way")
                let sends = path.flatMap { $0.condition.outcome($0.holds).sends }
                let made = report.messages.map { MessageType(of: $0.message) }
                #expect(made.count == sends.count && Set(made) == Set(sends), "seed \(seed): \(checked)")
                seen.formUnion(path.map { "\($0.condition.id) \($0.holds)" })
            }
        }
        let all = DriverRoutine.allCases.flatMap(\.conditions).flatMap { ["\($0.id) true", "\($0.id) false"] }
        #expect(Set(all).subtracting(seen) == [])
    }

    @Test func `the path of a trace ends where the trace does`() {
        let checks: [(check: Check, holds: Bool)] = [(.create, true), (.targetIsNotSystem, true)]
        let path = DriverRoutine.createThreadNotify.path(of: CheckTrace(of: .createThreadNotify, checks: checks))
        #expect(path.map(\.condition.id) == ["THR-1/1", "THR-1/2"])
        #expect(DriverRoutine.asyncSendNotification.path(of: CheckTrace(of: .asyncSendNotification)).isEmpty)
    }
}
