import Testing

@testable import wdfilterd

@Suite struct DescriptorBudgetTests {
    @Test(arguments: [(1_048_576, 4096), (.max, 4096), (4096 + 512 + 128, 4096)])
    func `with enough descriptors there are as many connections as the settings say`(limit: Int, connections: Int) {
        let budget = DescriptorBudget(limit: limit, connections: 4096, engines: 512)
        #expect(budget.connections == connections)
        #expect(budget.warning == nil)
    }

    @Test(arguments: [(4735, 4095), (1024, 512), (1281, 641), (256, 128), (64, 32)])
    func `with fewer there is a reserve for engines and the service itself, and a warning that names the numbers`(
        limit: Int, connections: Int
    ) throws {
        let budget = DescriptorBudget(limit: limit, connections: 4096, engines: 512)
        #expect(budget.connections == connections)
        let warning = try #require(budget.warning)
        for number in [limit, 4736, 4096, 512, connections] { #expect(warning.contains("\(number)")) }
    }

    @Test func `a small setting is kept where half of the descriptors are enough for it`() {
        #expect(DescriptorBudget(limit: 256, connections: 64, engines: 512).connections == 64)
    }
}
