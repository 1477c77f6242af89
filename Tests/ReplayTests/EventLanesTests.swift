import Messages
import Testing

@testable import Replay

/// Which events may run at the same time, as plain state without threads.
@Suite struct EventLanesTests {
    private func event(_ line: Int, _ processIds: [UInt32], section: Int = 0) -> LocatedEvent {
        let subject = processIds.first.map { SysmonProcess(processId: $0) }
        let target = processIds.count > 1 ? SysmonProcess(processId: processIds[1]) : nil
        var event = SysmonEvent(.processExit, .init(kind: .processExit, subject: subject, target: target), time: nil)
        event.line = line
        return LocatedEvent(event: event, section: section)
    }

    /// Pops all runnable events: their lines, and the id that ends each of them.
    private func runnable(_ lanes: inout EventLanes) -> [Int: EventLanes.ID] {
        var lines: [Int: EventLanes.ID] = [:]
        while let (id, event) = lanes.popRunnable() { lines[event.event.line] = id }
        return lines
    }

    @Test func `events of different processes run at the same time, those of one process one by one`() throws {
        var lanes = EventLanes()
        for (line, process) in [(1, 100), (2, 200), (3, 100), (4, 100), (5, 200)] {
            lanes.add(event(line, [UInt32(process)]))
        }
        var now = runnable(&lanes)
        #expect(now.keys.sorted() == [1, 2])
        lanes.end(try #require(now[1]))
        now.merge(runnable(&lanes)) { $1 }
        #expect(now.keys.sorted() == [1, 2, 3])
        lanes.end(try #require(now[3]))
        lanes.end(try #require(now[2]))
        now.merge(runnable(&lanes)) { $1 }
        #expect(now.keys.sorted() == [1, 2, 3, 4, 5])
        #expect(lanes.count() == 2)
        for line in [4, 5] { lanes.end(try #require(now[line])) }
        #expect(lanes.isEmpty)
    }

    @Test func `an event of two processes waits for both, and later events of both wait for it`() throws {
        var lanes = EventLanes()
        for (line, processes) in [(1, [100]), (2, [200]), (3, [100, 200]), (4, [200]), (5, [100])] {
            lanes.add(event(line, processes.map(UInt32.init)))
        }
        let first = runnable(&lanes)
        #expect(first.keys.sorted() == [1, 2])
        lanes.end(try #require(first[2]))
        #expect(runnable(&lanes).isEmpty)
        lanes.end(try #require(first[1]))
        let third = runnable(&lanes)
        #expect(third.keys.sorted() == [3])
        lanes.end(try #require(third[3]))
        #expect(runnable(&lanes).keys.sorted() == [4, 5])
    }

    @Test func `events that become runnable together run in the order of the recording, every time`() {
        for _ in 0..<100 {
            var lanes = EventLanes()
            let processes = (0..<8).map { UInt32(100 + $0) }
            for (line, pair) in stride(from: 0, to: 8, by: 2).enumerated() {
                lanes.add(event(line, [processes[pair], processes[pair + 1]]))
            }
            let first = runnable(&lanes)
            for (line, process) in processes.enumerated() { lanes.add(event(10 + line, [process])) }
            for line in 0..<4 {
                if let id = first[line] { lanes.end(id) }
            }
            var lines: [Int] = []
            while let (_, event) = lanes.popRunnable() { lines.append(event.event.line) }
            #expect(lines == Array(10..<18))
        }
    }

    @Test func `an event that names the same process twice does not wait for itself`() throws {
        var lanes = EventLanes()
        lanes.add(event(1, [100, 100]))
        lanes.add(event(2, [100]))
        let first = runnable(&lanes)
        #expect(first.keys.sorted() == [1])
        lanes.end(try #require(first[1]))
        #expect(runnable(&lanes).keys.sorted() == [2])
    }

    @Test func `machines do not wait for each other, and an event without a process waits for nothing`() {
        var lanes = EventLanes()
        lanes.add(event(1, [100]))
        lanes.add(event(2, [100], section: 1))
        lanes.add(event(3, []))
        #expect(runnable(&lanes).keys.sorted() == [1, 2, 3])
    }

    @Test func `ending an event twice, or an unknown one, changes nothing`() throws {
        var lanes = EventLanes()
        for line in 1...3 { lanes.add(event(line, [100])) }
        let first = runnable(&lanes)
        let id = try #require(first[1])
        lanes.end(id)
        lanes.end(id)
        lanes.end(99)
        #expect(runnable(&lanes).keys.sorted() == [2])
        #expect(lanes.count() == 2)
    }

    @Test func `waiting events are taken out; running ones end as usual, and others can be added after them`() throws {
        var lanes = EventLanes()
        for (line, processes) in [(1, [100]), (2, [100, 200]), (3, [200]), (4, [300])] {
            lanes.add(event(line, processes.map(UInt32.init)))
        }
        let first = lanes.popRunnable()
        let (id, under) = try #require(first)
        #expect(under.event.line == 1)
        #expect(lanes.takeWaiting().map(\.event.line).sorted() == [2, 3, 4])
        #expect(lanes.count() == 1)
        #expect(runnable(&lanes).isEmpty)
        lanes.add(event(5, [100]))
        lanes.add(event(6, [200]))
        #expect(runnable(&lanes).keys.sorted() == [6])
        lanes.end(id)
        #expect(runnable(&lanes).keys.sorted() == [5])
    }

    private func isTime(_ step: EventSequence.Step?, _ time: FileTime) -> Bool {
        if case .awaitTime(time) = step { true } else { false }
    }

    @Test(arguments: [Pace.Time.shared, .perMachine])
    func `a pace waits for each time once, and not for a time that has been reached`(time: Pace.Time) {
        var pace = Pace(time)
        func isNothing(_ step: EventSequence.Step?) -> Bool { step == nil }
        func isPending(_ step: EventSequence.Step?) -> Bool { if case .pending = step { true } else { false } }
        _ = pace.turn(to: 3)
        #expect(isNothing(pace.step(before: nil)))
        #expect(isTime(pace.step(before: .at(5)), .at(5)))
        #expect(isPending(pace.step(before: .at(5))))
        pace.reach(.at(5))
        #expect(isNothing(pace.step(before: .at(5))))
        #expect(isNothing(pace.step(before: .at(4))))
        #expect(isTime(pace.step(before: .at(6)), .at(6)))
        pace.reach(.at(6))
        pace.reach(.at(3))
        #expect(isNothing(pace.step(before: .at(6))))
    }

    @Test func `machines take turns if each has a time, and each waits for its own`() {
        for (time, hasTurns) in [(Pace.Time.none, false), (.shared, false), (.perMachine, true)] {
            var pace = Pace(time)
            let turns = [0, 0, 1, 0].map { pace.turn(to: $0) }
            #expect(turns == [hasTurns, false, hasTurns, hasTurns])
            _ = pace.step(before: .at(5))
            pace.reach(.at(5))
            let isNext = pace.turn(to: 1)
            #expect(isNext == hasTurns)
            #expect(isTime(pace.step(before: .at(4)), .at(4)) == hasTurns)
        }
    }

    @Test func `events are overtaken by over a second, by another machine, in a time that machines share`() {
        func overtaken(_ time: Pace.Time, _ events: [(section: Int, milliseconds: Int?)]) -> Int {
            var pace = Pace(time)
            for event in events {
                let time = event.milliseconds.map { FileTime.at($0) }
                _ = pace.turn(to: event.section)
                if pace.step(before: time) != nil, let time { pace.reach(time) }
                pace.begin(time, of: event.section)
            }
            return pace.overtaken
        }
        let turns = [
            (0, 10_000), (1, 4000), (1, 4000), (1, nil), (1, 9000), (1, 8999), (0, 11_000), (1, 9999), (1, 10_000),
        ]
        #expect(overtaken(.shared, turns) == 3)
        #expect(overtaken(.perMachine, turns) == 0)
        #expect(overtaken(.none, turns) == 0)
        // What is out of order on one machine is not the doing of another.
        #expect(overtaken(.shared, [(0, 10_000), (0, 0), (0, 5000)]) == 0)
        #expect(overtaken(.shared, [(1, 3000), (0, 10_000), (1, 2000)]) == 0)
    }

    @Test func `lanes count the events of each section, in flight, waiting or removed`() throws {
        var lanes = EventLanes()
        for (line, section) in [(1, 0), (2, 1), (3, 0), (4, 0)] { lanes.add(event(line, [100], section: section)) }
        #expect([lanes.count(of: 0), lanes.count(of: 1), lanes.count(of: 2), lanes.count()] == [3, 1, 0, 4])
        let first = lanes.popRunnable()
        lanes.end(try #require(first).0)
        #expect([lanes.count(of: 0), lanes.count(of: 1), lanes.count()] == [2, 1, 3])
        _ = lanes.popRunnable()
        _ = lanes.takeWaiting()
        #expect(lanes.count(of: 0) + lanes.count(of: 1) == lanes.count())
    }

    @Test func `a plan continues only after the event that it waits for`() throws {
        var plans = PlansInFlight()
        let plan = EventPlan(line: 1, type: .imageLoad, time: nil, calls: [])
        plans.start(PlansInFlight.Entry(plan: plan, section: 3, lane: 7))
        plans.start(PlansInFlight.Entry(plan: plan, section: 4, lane: nil))
        let (first, second) = (0, 1)
        let started = [plans.popRunnable(), plans.popRunnable()]
        #expect(started == [first, second])
        let none = plans.popRunnable()
        #expect(none == nil)
        plans.resume(second)
        let next = plans.popRunnable()
        #expect(next == second)
        #expect(plans.count == 2)
        let ended = plans.end(first)
        #expect((ended?.section, ended?.lane) == (3, 7))
        #expect(plans[first]?.section == nil)
        let other = plans.end(second)
        #expect((other?.section, other?.lane) == (4, nil))
        #expect(plans.isEmpty)
    }
}
