import Testing

@testable import Driver

@Suite struct CheckTraceTests {
    @Test func `a trace tells what was looked at, in the routines' order, with its outcome`() {
        var trace = CheckTrace()
        #expect(trace.checks.isEmpty)
        #expect(trace.note(.asyncImageLoad, true) == true)
        #expect(trace.note(.createInfo, false) == false)
        #expect(trace.note(.sameProcess, true) == true)
        #expect(trace.checks.map(\.check) == [.createInfo, .sameProcess, .asyncImageLoad])
        #expect(trace.checks.map(\.holds) == [false, true, true])
    }

    @Test func `every condition has a bit of its own`() {
        #expect(Check.allCases.map(\.rawValue).max() ?? 255 < 32)
        for check in Check.allCases {
            var trace = CheckTrace()
            _ = trace.note(check, true)
            #expect(trace.checks.map(\.check) == [check])
        }
    }

    @Test func `conditions of one routine read differently`() {
        for group in [1...4, 5...11, 12...18, 19...28].map({ Check.allCases[($0.lowerBound - 1)..<$0.upperBound] }) {
            #expect(Set(group.map { "\($0.text)" }).count == group.count)
        }
    }
}

extension Sequence {
    fileprivate var isEmpty: Bool { first { _ in true } == nil }
}
