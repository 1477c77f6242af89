import Driver
import JSON

// Comparing what an expectation wants with what there is.
extension CaseRun {
    /// Compares fields that `value` reads.
    func compare(
        _ expectation: Expectation, _ run: StepRun, _ index: Int, subject: String, exists: Bool = true,
        isThere: Bool = true, _ fields: [FieldMatcher], _ value: (String) throws(LookFault) -> ObservedValue
    ) throws(LookFault) -> LookedExpectation? {
        var compared: [ComparedField] = []
        if exists != isThere {
            compared.append(
                ComparedField(criterion: "exists", expected: .bool(exists), actual: .bool(isThere), isMet: false))
        } else if isThere {
            for field in fields {
                let actual = try value(field.path)
                let isMet = try matches(field, actual)
                compared.append(
                    ComparedField(
                        criterion: field.path, expected: field.source, actual: actual.json, isMet: isMet))
            }
        }
        let holds = compared.allSatisfy(\.isMet)
        if holds, !options.explains { return nil }
        let wanted = exists ? fields.map { "\($0.path) \($0.source.words)" } : ["does not exist"]
        var failure = LookedExpectation(
            expectation, in: run, index, expected: wanted.isEmpty ? "exists" : wanted.joined(separator: ", "),
            subject: subject)
        failure.report.fields = compared
        return holds ? held(failure) : failure
    }

    func matches(_ field: FieldMatcher, _ value: ObservedValue) throws(LookFault) -> Bool {
        do throws(PatternTooCostly) { return try field.matcher.matches(value, names) } catch { throw .tooCostly(error) }
    }

    /// Counts the entries of a list that match.
    func entries(
        _ expectation: Expectation, _ fields: [FieldMatcher], _ count: Count, _ index: Int, _ noun: String,
        _ list: (any ScenarioHost) throws(HostFault) -> [ObservedValue]
    ) throws(LookFault) -> LookedExpectation? {
        let host = hosts[self.host(of: expectation, index)]
        let entries = try onHost { () throws(HostFault) in try list(host) }
        var found = 0
        for entry in entries {
            var isMatch = true
            for field in fields where isMatch { isMatch = try matches(field, entry[field.path]) }
            if isMatch { found += 1 }
        }
        let holds = count.holds(found)
        if holds, !options.explains { return nil }
        let words = fields.map { "\($0.path) \($0.source.words)" }.joined(separator: ", ")
        var failure = LookedExpectation(
            expectation, in: steps[index], index, expected: count.description, subject: "\(noun) with \(words)")
        failure.report.found = found
        if holds { return held(failure) }
        failure.report.detail = "the list has \(entries.count) \(entries.count == 1 ? "entry" : "entries")"
        return failure
    }

    /// Looks whether a routine ran, and decided so.
    func routine(
        _ expectation: Expectation, _ wanted: RoutineExpectation, _ index: Int
    ) -> LookedExpectation? {
        let run = steps[index]
        let subject = wanted.step.map { id in steps.filter { $0.step.id == id } } ?? [run]
        let ran = subject.flatMap { step in
            (step.outcome?.routines ?? []) + (step.outcome?.replay?.records ?? []).flatMap(\.routines)
        }.filter { $0.routine == wanted.routine }
        let compared = ran.map { wanted.compare($0) }
        let holds = compared.contains { $0.allSatisfy(\.isMet) }
        if holds, !options.explains { return nil }
        var failure = LookedExpectation(
            expectation, in: run, index, expected: "ran" + wanted.words, subject: "routine \(wanted.routine.name)")
        if let nearest = compared.min(by: { $0.count { !$0.isMet } < $1.count { !$0.isMet } }) {
            failure.report.fields = nearest
        } else {
            failure.report.detail = "it did not run in \(subject.map(\.title).joined(separator: ", "))"
        }
        return holds ? held(failure) : failure
    }
}
