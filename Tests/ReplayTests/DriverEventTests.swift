import Messages
import TestSupport
import Testing

@testable import Driver
@testable import Replay

/// The table of events.
@Suite struct DriverEventTests {
    @Test func `each event has one line, and each name and each event id of Sysmon is in one line`() {
        #expect(DriverEvent.table.map(\.event.rawValue).sorted() == DriverEvent.allCases.map(\.rawValue))
        #expect(Set(DriverEvent.names).count == DriverEvent.allCases.count)
        let ids = DriverEvent.allCases.compactMap(\.sysmonId)
        #expect(ids.sorted() == [1, 5, 6, 7, 8])
    }

    @Test func `a name and an event id lead to their event, and no other does`() {
        for event in DriverEvent.allCases {
            #expect(DriverEvent(name: event.name) == event)
            if let id = event.sysmonId { #expect(DriverEvent(sysmonId: id) == event) }
        }
        #expect(DriverEvent(name: "") == nil)
        #expect(DriverEvent(name: "ProcessCreate") == nil)
        for id in [0, 2, 9, 10, 255, UInt64.max] { #expect(DriverEvent(sysmonId: id) == nil) }
    }

    /// A line of each event, after which the event can happen.
    private let lines: [DriverEvent: String] = [
        .processCreate: #""imageFileName":"b.exe""#,
        .processExit: #""processId":100"#,
        .threadCreate: #""processId":100,"creatorProcessId":4"#,
        .threadExit: #""processId":100,"threadId":8"#,
        .imageLoad: #""processId":100,"fullImageName":"a.dll""#,
        .driverLoad: #""fullImageName":"k.sys""#,
        .setRules: #""processId":100,"rules":0"#,
        .streamContext: #""fileName":"a.dll""#,
        .notification: #""kind":"sync","operation":"RegistryEventSync","processId":100,"data":{"registryData":""}"#,
        .clock: #""mode":"system""#,
    ]

    /// A second line of an event, whose lines do not all run the same routines.
    private let otherLines: [DriverEvent: String] = [.notification: #""kind":"async","operation":"LogPrint""#]

    private func driver() throws -> Driver {
        let driver = Driver.make()
        try driver.createProcess(ProcessCreation(imageFileName: "a.exe", processId: 100)) { _ in }
        try driver.createThread(ThreadCreation(processId: 100, threadId: 8, creatorProcessId: 4)) { _ in }
        return driver
    }

    private func read(_ type: DriverEvent, _ members: String) -> LineReading {
        var reader = LineReader(EventFeed.Options())
        var readings: [LineReading] = []
        reader.read(.joined(Array(#"{"type":"\#(type.name)",\#(members)}"#.utf8)), into: &readings)
        return readings[0]
    }

    @Test(arguments: DriverEvent.allCases)
    func `an event runs the routines in its line`(event: DriverEvent) throws {
        let routines = try [lines[event], otherLines[event]].compactMap { $0 }.flatMap { try self.routines(event, $0) }
        #expect(routines == event.line.routines)
    }

    /// The routines that a line runs.
    private func routines(_ event: DriverEvent, _ line: String) throws -> [DriverRoutine] {
        guard case .plan(let plan) = read(event, line).content else {
            Issue.record("the line is rejected")
            return []
        }
        #expect(plan.type == event)
        let call = try #require(plan.next)
        let reports = Received<[RoutineReport]>()
        let driver = try driver()
        let queued = driver.counters.async.enqueued
        let tag = CallerTag("line")
        call.perform(on: driver, caller: tag) { outcome in
            switch outcome {
            case .done(let routines), .created(let routines, false): reports.take(routines)
            default: Issue.record("\(outcome)")
            }
        }
        #expect(call.mayEnqueue || driver.counters.async.enqueued == queued)
        let found = try #require(reports.values.first)
        #expect(found.allSatisfy { $0.messages.allSatisfy { $0.message.caller == tag } })
        return found.map(\.routine)
    }

    @Test(arguments: DriverEvent.allCases)
    func `a native line has the members in its event's line, and no other`(event: DriverEvent) throws {
        let members = try #require(lines[event])
        let isUnknown = { (reading: LineReading) in
            guard case .fault(let fault, _) = reading.content else { return false }
            return fault.detail.contains("unknown member")
        }
        for name in event.members { #expect(!isUnknown(read(event, #""\#(name)":[],\#(members)"#)), "\(name)") }
        #expect(isUnknown(read(event, #""other":[],\#(members)"#)))
    }
}
