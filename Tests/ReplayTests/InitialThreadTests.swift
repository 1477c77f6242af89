import Driver
import Messages
import Replay
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct InitialThreadTests {
    private let parent = RecordedProcess(processId: 900, second: 1_582_280_000)
    private let child = RecordedProcess(processId: 1000, second: 1_582_280_130)
    private let options = EventFeed.Options.sysmon { $0.createsInitialThreads = true }

    private func driver() -> Driver {
        let driver = Driver.make()
        driver.rulePolicies = [RulePolicy(imageFileName: "*", rules: .notifyNewThreadDifferentProcess)]
        return driver
    }

    @Test func `each creation gets one thread, created by the parent, which gets a context`() async throws {
        let driver = driver()
        let report = await driver.apply([SysmonLine.create(child, by: parent)], options)
        #expect(report.appliedByType == ["processCreate": 1])
        #expect(report.processesSynthesised == 1)
        #expect(report.messages.sync == ["NewThreadDifferentProcess": 1])
        #expect(try driver.threads(of: 1000).count == 1)
        #expect(driver.process(900)?.isSynthesized == true)
    }

    @Test func `a late creation record gets one too`() async throws {
        let driver = driver()
        let report = await driver.apply([SysmonLine.load(child), SysmonLine.create(child, by: parent)], options)
        #expect(report.processesCompleted == 1)
        #expect(try driver.threads(of: 1000).count == 1)
        #expect(report.messages.sync == ["NewThreadDifferentProcess": 1])
    }

    @Test func `the first thread of a child of System is created by a system thread`() async throws {
        let driver = driver()
        let report = await driver.apply(
            [SysmonLine.create(child, by: RecordedProcess(processId: 4, second: 7))], options)
        #expect(report.messages.sync == [:])
        #expect(try driver.threads(of: 1000).count == 1)
    }

    @Test func `if the parent has exited, the thread's creator has no context, even if the pid is reused`()
        async throws
    {
        for later in [false, true] {
            let driver = driver()
            var next = parent
            next.second += 50
            let lines =
                [SysmonLine.create(parent), SysmonLine.exit(parent)] + (later ? [SysmonLine.create(next)] : [])
                + [SysmonLine.create(child, by: parent)]
            _ = await driver.apply(Array(lines.dropLast()), options)
            let report = await driver.apply(lines, options)
            #expect(report.faults == [])
            #expect(driver.process(1000)?.parent == parent.identity)
            #expect(try driver.threads(of: 1000).count == 1)
            #expect(driver.process(900)?.rules != [])
        }
    }
}
