import Testing

@testable import Driver

@Suite struct CheckTraceTests {
    @Test func `a trace contains the checked conditions in the routine's order, with their results`() {
        var trace = CheckTrace(of: .loadImageNotify)
        #expect(trace.checks.isEmpty)
        trace.note(.asyncImageLoad, true)
        trace.note(.systemModeImage, false)
        trace.note(.loaderContext, true)
        #expect(trace.checks.map(\.check) == [.systemModeImage, .loaderContext, .asyncImageLoad])
        #expect(trace.checks.map(\.holds) == [false, true, true])
    }

    @Test func `every condition has its own bit in its routine's trace`() {
        for check in Check.allCases {
            var trace = CheckTrace(of: check.routine)
            trace.note(check, true)
            #expect(trace.checks.map(\.check) == [check])
        }
    }

    @Test func `the table of routines contains each routine and each condition once, in the order of the cases`() {
        #expect(DriverRoutine.table.map(\.routine) == DriverRoutine.allCases)
        #expect(DriverRoutine.table.flatMap { $0.checks.map(\.check) } == Check.allCases)
        for routine in DriverRoutine.allCases { #expect(routine.checks.count <= CheckedValues.capacity) }
    }

    @Test func `the conditions of one routine have different texts`() {
        for routine in DriverRoutine.allCases {
            #expect(Set(routine.checks.map { "\($0.text)" }).count == routine.checks.count)
        }
    }
}

extension Sequence {
    fileprivate var isEmpty: Bool { first { _ in true } == nil }
}
