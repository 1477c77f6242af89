import ArgumentParser
import Console
import Replay
import Testing

@testable import ReplayCommand

/// The conditions on the result of a replay.
@Suite struct ReplayGateTests {
    private func report() throws -> ReplayReport { try ReplaySummaryTests.read(ReplaySummaryTests.measured) }

    private func gates(_ arguments: String...) throws -> [ReplayGate] {
        try ReplayCommand.parse(["f"] + arguments).gates.gates(of: report())
    }

    // The report has 11 lost messages, a longest delay of 4,900,001 µs, a queue of 245 messages and a coverage of 5.4 %.

    @Test(arguments: [
        ("--fail-on-loss=10", "--fail-on-loss: 11 messages lost, 1 more than 10"),
        ("--fail-on-loss=0", "--fail-on-loss: 11 messages lost, 11 more than 0"),
        ("--max-delay=4900ms", "--max-delay: the longest delay is 4900.001 ms, 0.001 ms more than 4900 ms"),
        ("--max-queue=244", "--max-queue: 245 messages queued, 1 more than 244"),
        ("--fail-under=5.5", "--fail-under: the coverage is 5.4 %, 0.1 % less than 5.5 %"),
    ])
    func `a gate that is not passed says which it is and by how much`(argument: String, line: String) throws {
        let gates = try gates(argument)
        #expect(gates.map(\.result.passed) == [false])
        #expect(gates.first?.line == line)
    }

    @Test(arguments: ["--fail-on-loss=11", "--max-delay=4901ms", "--max-queue=245", "--fail-under=5.4"])
    func `a gate is passed at its limit`(argument: String) throws {
        #expect(try gates(argument).map(\.result.passed) == [true])
    }

    @Test func `gates are listed with limit and value, in the unit of their option`() throws {
        let results = try gates("--fail-under=90", "--max-queue=1", "--max-delay=5s", "--fail-on-loss=20").map(\.result)
        #expect(results.map(\.name) == ["fail-on-loss", "max-delay", "max-queue", "fail-under"])
        #expect(results.map(\.limit) == [20, 5000, 1, 90])
        #expect(results.map(\.value) == [11, 4900.001, 245, 5.4])
        #expect(results.map(\.passed) == [true, true, false, false])
    }

    @Test func `without gates there are none`() throws { #expect(try gates().isEmpty) }

    @Test func `only losses that the earlier replay did not have count for new`() throws {
        var (now, earlier) = (try report(), try report())
        let new = try ReplayCommand.parse(["f", "--fail-on-loss=new", "--compare", "o"]).gates
        now.comparison = LossComparison(now, with: earlier)
        #expect(new.gates(of: now).map(\.result.passed) == [true])
        earlier = try ReplaySummaryTests.read(
            ReplaySummaryTests.measured.replacing(#""count":10"#, with: #""count":7"#))
        now.comparison = LossComparison(now, with: earlier)
        #expect(
            new.gates(of: now).map(\.line) == ["--fail-on-loss=new: 3 messages lost that were not lost before"])
    }

    @Test func `fail-on-loss needs no value, and takes none from the next argument`() {
        #expect(LossLimit.completing(["replay", "--fail-on-loss", "f"]) == ["replay", "--fail-on-loss=0", "f"])
        #expect(LossLimit.completing(["--fail-on-loss=3"]) == ["--fail-on-loss=3"])
        #expect(LossLimit.completing(["--fail-on-loss", "3", "f"]) == ["--fail-on-loss=3", "f"])
        #expect(LossLimit.completing(["--fail-on-loss", "new"]) == ["--fail-on-loss=new"])
        #expect(LossLimit.completing(["f", "--fail-on-loss"]) == ["f", "--fail-on-loss=0"])
        #expect(
            LossLimit.completing(["--fail-on-loss", "--", "--fail-on-loss"])
                == ["--fail-on-loss=0", "--", "--fail-on-loss"])
    }
}
