import Driver
import Glibc
import Locking
import Messages
import Replay
import TestSupport
import Testing

/// Replays the recordings, one machine after the other, each into its own host.
@Suite(
    .enabled(
        if: Recording.areThere, "no recordings: set WDFILTERD_SHARED to the folder that has datasets/ in it"),
    .timeLimit(.minutes(5)))
struct RecordingTests {
    /// The result of a recording: the reports of its machines, and the thread messages in order.
    struct Outcome: Equatable {
        var reports: [EventsReport] = []
        /// Source and target pid of each NewThreadDifferentProcess.
        var notified: [[Int]] = []

        func sum(_ count: (EventsReport) -> Int?) -> Int { reports.reduce(0) { $0 + (count($1) ?? 0) } }
    }

    private func replay(
        _ recording: Recording, chunk: Int = .max, rules: ProcessRules = .notifyNewThreadDifferentProcess,
        _ change: (inout EventFeed.Options) -> Void = { _ in }
    ) async throws -> Outcome {
        try await replay(recording, chunk: chunk, rules: rules, change) { ScriptedEngine(script: $0) }
    }

    private func replay(
        _ recording: Recording, chunk: Int = .max, rules: ProcessRules = .notifyNewThreadDifferentProcess,
        _ change: (inout EventFeed.Options) -> Void,
        engine makeEngine: (@escaping ScriptedEngine.Script) -> any EnginePort
    ) async throws -> Outcome {
        let bytes = try recording.bytes()
        var outcome = Outcome()
        for machine in try recording.expected().machines {
            let notified = Locked<[[Int]]>([])
            let engine = makeEngine { message in
                if case .sync(let sync) = message.content, case .newThreadDifferentProcess(let target) = sync.data {
                    notified.withLock { $0.append([Int(sync.currentProcess.processId), Int(target.processId)]) }
                }
                return .acknowledging(message)
            }
            let driver = Driver.make(engine: engine)
            driver.rulePolicies = [RulePolicy(imageFileName: "*", rules: rules)]
            let feed = EventFeed(
                driver: driver,
                options: .sysmon {
                    $0.machine = machine
                    change(&$0)
                }, onEventTime: { _ in })
            outcome.reports.append(await feed.upload(bytes, chunk: chunk))
            outcome.notified += notified.withLock { $0 }
        }
        return outcome
    }

    @Test(arguments: Recording.all)
    func `every record is applied or skipped for a reason, with the counts of the independent analysis`(
        recording: Recording
    ) async throws {
        let expected = try recording.expected()
        let outcome = try await replay(recording)
        for report in outcome.reports {
            #expect(report.faults == [])
            #expect(report.isComplete)
            #expect(report.lines == expected.lines)
            #expect(Set(report.machines) == Set(expected.machines))
        }
        func applied(_ type: String) -> Int { outcome.sum { $0.appliedByType[type] } }
        func skipped(_ reason: SkipReason, _ type: String) -> Int {
            outcome.sum { $0.skippedByType[type]?[reason.rawValue] }
        }
        #expect(applied("processCreate") == expected.creates)
        #expect(applied("processExit") + skipped(.afterExit, "processExit") == expected.exits)
        #expect(applied("threadCreate") == expected.remoteThreads)
        #expect(
            applied("imageLoad") + skipped(.afterExit, "imageLoad") + skipped(.datedBeforeExit, "imageLoad")
                + skipped(.pidUnresolved, "imageLoad") == expected.imageLoads)
        #expect(outcome.sum { $0.skipped["process-open"] } == expected.opens)
        #expect(outcome.sum { $0.skipped["pid-unresolved"] } == expected.unresolved)
        #expect(outcome.sum { $0.skipped["registry"] } == expected.registry - expected.unresolved)
    }

    @Test(arguments: Recording.all)
    func `a rule for every process notifies once for each creator of remote threads`(
        recording: Recording
    ) async throws {
        let expected = try recording.expected()
        let outcome = try await replay(recording)
        #expect(outcome.sum { $0.messages.sync["NewThreadDifferentProcess"] } == expected.sync)
        #expect(outcome.sum { $0.messages.async["CreateThread"] } == expected.async)
        #expect(outcome.notified == expected.at.map { Array($0.dropFirst()) })
        #expect(outcome.sum { $0.messages.direct["CreateProcess"] } == expected.creates)
        #expect(outcome.sum { $0.messages.async["LoadImage"] } == outcome.sum { $0.appliedByType["imageLoad"] })
    }

    @Test(arguments: Recording.all)
    func `with initial threads, there is one message for each parent`(recording: Recording) async throws {
        let expected = try recording.expected()
        let outcome = try await replay(recording) { $0.createsInitialThreads = true }
        #expect(outcome.sum { $0.messages.sync["NewThreadDifferentProcess"] } == expected.syncWithInitialThreads)
        #expect(outcome.sum { $0.appliedByType["processCreate"] } == expected.creates)
    }

    @Test func `a remote thread is notified at the line that records it`() async throws {
        for recording in Recording.all {
            for line in try recording.expected().at.compactMap(\.first) {
                let bytes = try recording.bytes()
                let upTo = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).prefix(line)
                var counts: [Int] = []
                for lines in [upTo.dropLast(), upTo] {
                    var count = 0
                    for machine in try recording.expected().machines {
                        let driver = Driver.make()
                        driver.rulePolicies = [
                            RulePolicy(imageFileName: "*", rules: .notifyNewThreadDifferentProcess)
                        ]
                        let feed = EventFeed(
                            driver: driver, options: .sysmon { $0.machine = machine }, onEventTime: { _ in })
                        let report = await feed.upload(Array(lines.joined(separator: [UInt8(ascii: "\n")])))
                        count += report.messages.sync["NewThreadDifferentProcess"] ?? 0
                    }
                    counts.append(count)
                }
                #expect(counts == [0, 1], "\(recording.name) line \(line)")
            }
        }
    }

    /// Counted by a second program with the same rules. `synth` of the independent analysis is larger: it also counts
    /// processes that are named only by opens, registry records and parents, which synthesize nothing.
    @Test(
        arguments: zip(
            Recording.all, [(1, 0, 0, 2), (4, 0, 0, 4), (4, 0, 0, 9), (3, 0, 10, 5), (3, 0, 0, 3), (3, 0, 0, 5)]))
    func `processes are synthesized if a record needs them`(
        recording: Recording, counts: (synthesized: Int, completed: Int, tombstones: Int, withInitialThreads: Int)
    ) async throws {
        let outcome = try await replay(recording)
        #expect(outcome.sum(\.processesSynthesised) == counts.synthesized)
        #expect(outcome.sum(\.processesCompleted) == counts.completed)
        #expect(outcome.sum(\.tombstoneRecords) == counts.tombstones)
        let withThreads = try await replay(recording) { $0.createsInitialThreads = true }
        #expect(withThreads.sum(\.processesSynthesised) == counts.withInitialThreads)
    }

    @Test func `the recording with loads of wow64cpu has three of them`() async throws {
        let recording = try #require(Recording.all.first { $0.name.hasPrefix("psh_control_panel") })
        let outcome = try await replay(recording, rules: .notifyWow64cpuLoad)
        let expected = try recording.expected()
        // After a load of wow64cpu.dll, each further load of the process sends a message (IMG-2).
        #expect(expected.wow64cpu == 3)
        #expect(outcome.sum { $0.messages.direct["Wow64cpuLoad"] } > 3)
    }

    @Test(arguments: Recording.all)
    func `chunk sizes of the upload do not affect the result`(recording: Recording) async throws {
        let whole = try await replay(recording)
        // Single bytes take long: the smallest recording, and the one with CRLF and a blank line, are enough.
        let smallest = ["purplesharp_pe_injection_createremotethread": [1], "schtask_create": [7]]
        for chunk in [4096] + (smallest[recording.name] ?? []) {
            let inChunks = try await replay(recording, chunk: chunk)
            #expect(inChunks == whole, "chunks of \(chunk) bytes")
        }
    }

    @Test(arguments: Recording.all)
    func `a late answer on another thread does not affect the result`(recording: Recording) async throws {
        let inline = try await replay(recording)
        let late = try await withThreadQueue { queue in
            try await replay(recording, chunk: 4096, rules: .notifyNewThreadDifferentProcess) { _ in
            } engine: {
                LateEngine(script: $0, queue: queue)
            }
        }
        #expect(late == inline)
    }
}
