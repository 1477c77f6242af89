import Testing

@testable import wdfilterd

@Suite struct DescriptorBudgetTests {
    @Test(arguments: [(1_048_576, 4096), (.max, 4096), (4096 + 512 + 128 + 64, 4096)])
    func `with enough descriptors, the settings determine the number of connections`(limit: Int, connections: Int) {
        let budget = DescriptorBudget(limit: limit, connections: 4096, engines: 512)
        #expect(budget.connections == connections)
        #expect(budget.probes == 64)
        #expect(budget.warning == nil)
    }

    @Test(arguments: [(4799, 4095, 64), (1024, 512, 64), (1409, 705, 64), (256, 128, 16), (64, 32, 4)])
    func `with fewer, a reserve for engines and the service is kept, and a warning names the numbers`(
        limit: Int, connections: Int, probes: Int
    ) throws {
        let budget = DescriptorBudget(limit: limit, connections: 4096, engines: 512)
        #expect(budget.connections == connections)
        #expect(budget.probes == probes)
        let warning = try #require(budget.warning)
        for number in [limit, 4800, 4096, 512, connections] { #expect(warning.contains("\(number)")) }
    }

    @Test func `a small setting is kept if half of the descriptors suffice`() {
        #expect(DescriptorBudget(limit: 256, connections: 64, engines: 512).connections == 64)
    }
}
