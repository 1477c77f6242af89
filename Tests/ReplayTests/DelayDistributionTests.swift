import Testing

@testable import Replay

/// Percentiles in bounded memory.
@Suite struct DelayDistributionTests {
    private func distribution(_ delays: some Sequence<UInt64>) -> DelayDistribution {
        delays.reduce(into: DelayDistribution()) { $0.add($1) }
    }

    @Test func `a percentile is the smallest delay that this share of the delays does not exceed`() {
        let hundred = distribution((1...100).shuffled())
        #expect((hundred.count, hundred.longest) == (100, 100))
        #expect([1, 50, 99, 100].map { hundred.percentile($0) } == [1, 50, 99, 100])
        let three = distribution([30, 10, 20])
        #expect([1, 33, 34, 50, 66, 67, 99].map { three.percentile($0) } == [10, 10, 20, 20, 20, 30, 30])
        let one = distribution([7])
        #expect([1, 50, 99].map { one.percentile($0) } == [7, 7, 7])
        #expect((DelayDistribution().percentile(50), DelayDistribution().longest) == (0, 0))
    }

    @Test func `8192 different delays are exact, however often each occurs`() {
        let delays = (0..<8192).map { UInt64($0) * 1_000_003 }
        let exact = distribution(delays + delays + [0])
        #expect(exact.count == 16_385)
        #expect(exact.percentile(50) == delays[4095])
        #expect(exact.percentile(99) == delays[8110])
        #expect(exact.longest == delays[8191])
    }

    @Test(arguments: [1, 1000, 12_345_678_901])
    func `more different delays are within 0.4 % of the exact percentile, and the longest stays exact`(step: UInt64) {
        let delays = (0..<100_000).map { UInt64($0) * step }
        let rounded = distribution(delays.shuffled())
        #expect((rounded.count, rounded.longest) == (100_000, delays[99_999]))
        for percent in [1, 50, 90, 99, 100] {
            let exact = Double(delays[percent * 1000 - 1])
            #expect(abs(Double(rounded.percentile(percent)) - exact) <= exact / 256, "\(percent) %")
        }
    }

    @Test func `a percentile never exceeds the longest delay, also at the end of the range`() {
        let delays = (0..<8193).map { UInt64.max - UInt64($0) }
        #expect(distribution(delays).percentile(99) <= .max)
        #expect(distribution((0..<8193).map { UInt64($0) + 1_053_000 }).percentile(100) == 1_061_192)
    }
}
