import Driver
import Messages
import Replay
import Runtime
import TestSupport
import Testing

/// Lines that several readers read ahead give the same result as lines that the feed reads itself.
@Suite(.timeLimit(.minutes(5)))
struct ReadAheadTests {
    /// A block of complete lines, possibly without a final newline.
    private typealias Block = [UInt8]

    private func options(_ change: (inout EventFeed.Options) -> Void = { _ in }) -> EventFeed.Options {
        .sysmon {
            $0.replaysAllMachines = true
            $0.reportsCoverage = true
            $0.drainsQueue = true
            $0.maxLineBytes = 2000
            change(&$0)
        }
    }

    private func feed(_ options: EventFeed.Options) -> EventFeed {
        EventFeed(options: options) { _ in target() }
    }

    private func target() -> EventTarget {
        let driver = Driver.make()
        driver.rulePolicies = [RulePolicy(imageFileName: "*", rules: .notifyNewThreadDifferentProcess)]
        return EventTarget(driver: driver, onEventTime: { _ in })
    }

    /// Lines of all kinds, from a few machines.
    private func script(_ random: inout SplitMix, count: Int) -> [String] {
        (0..<count).map { _ in
            let host = ["a", "B", "b", "pc3", "PC4"][Int.random(in: 0..<5, using: &random)]
            let process = RecordedProcess(
                processId: UInt64(1000 + 4 * Int.random(in: 0..<4, using: &random)),
                second: UInt32(Int.random(in: 5..<8, using: &random)))
            let other = RecordedProcess(processId: 2000, second: 5)
            switch Int.random(in: 0..<14, using: &random) {
            case 0: return ""
            case 1: return " \t\r"
            case 2: return "no JSON"
            case 3: return SysmonLine.record(22, [:], host: host)
            case 4: return #"{"EventID":1,"Channel":"Security","Hostname":"\#(host)"}"#
            case 5: return SysmonLine.loadWithoutPid(process).replacing("PC1", with: host)
            case 6: return SysmonLine.exit(process).replacing("PC1", with: host) + "\r"
            case 7: return SysmonLine.thread(from: process, in: other).replacing("PC1", with: host)
            case 8: return SysmonLine.open(from: process, to: other).replacing("PC1", with: host)
            case 9: return SysmonLine.load(process, String(repeating: "x", count: 2500), host: host)
            case 10: return SysmonLine.record(1, [:], host: host)
            case 11: return SysmonLine.load(process, host: "").replacing(#""Hostname":"""#, with: #""Hostname":null"#)
            case 12: return SysmonLine.create(process, by: other, host: host)
            default: return SysmonLine.load(process, host: host)
            }
        }
    }

    /// Splits the lines into blocks of complete lines.
    private func cut(_ lines: [String], _ random: inout SplitMix) -> [Block] {
        var blocks: [Block] = []
        var rest = lines[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...40, using: &random)
            let isLast = count >= rest.count
            let text = rest.prefix(count).joined(separator: "\n") + (isLast && Bool.random(using: &random) ? "" : "\n")
            blocks.append(Array(text.utf8))
            rest = rest.dropFirst(count)
        }
        return blocks
    }

    private func replay(
        _ blocks: [ReadLines], _ feed: EventFeed
    ) async -> FeedReport {
        for block in blocks {
            var place = 0
            while place < block.count {
                let signal = Signal()
                place = feed.consume(block, from: place) { signal.fire() }
                if place < block.count { await signal.wait() }
            }
        }
        return await withCheckedContinuation { continuation in
            feed.finish { continuation.resume(returning: $0) }
        }
    }

    @Test(arguments: 1...30)
    func `the report does not depend on how lines are split or who reads them`(seed: UInt64) async {
        var random = SplitMix(state: seed)
        let lines = script(&random, count: 300)
        let change: @Sendable (inout EventFeed.Options) -> Void = {
            if seed.isMultiple(of: 3) { $0.machine = "b" }
            if seed.isMultiple(of: 5) { $0.stopsOnError = true }
            if seed.isMultiple(of: 4) { $0.createsInitialThreads = true }
        }
        let expected = await feed(options(change)).replay(
            Array(lines.joined(separator: "\n").utf8), chunk: Int.random(in: 1...5000, using: &random))
        #expect(expected.total.isComplete)
        let readers = (0..<3).map { _ in ReadAhead(options(change)) }
        let blocks = cut(lines, &random).map { block in
            let reader = readers[Int.random(in: 0..<3, using: &random)]
            return block.withUnsafeBytes { reader.read($0) }
        }
        let report = await replay(blocks, feed(options(change)))
        #expect(report == expected)
        let pipeline = UploadPipeline(options(change), slices: DispatchSliceQueue(named: "slices")) { _ in target() }
        let piped = await pipeline.replay(
            Array(lines.joined(separator: "\n").utf8), chunk: Int.random(in: 1...5000, using: &random))
        #expect(piped == expected)
    }

    @Test func `readers number machines in their own order, the feed numbers them by appearance`() async {
        let process = RecordedProcess(processId: 1000, second: 5)
        let (first, second) = (ReadAhead(options()), ReadAhead(options()))
        func read(_ reader: ReadAhead, _ hosts: [String]) -> ReadLines {
            Array(hosts.map { SysmonLine.load(process, host: $0) }.joined(separator: "\n").utf8)
                .withUnsafeBytes { reader.read($0) }
        }
        let blocks = [read(first, ["c", "a"]), read(second, ["b", "a", "c"]), read(first, ["b", "b", "a"])]
        let report = await replay(blocks, feed(options()))
        #expect(report.machines.map(\.name) == ["c", "a", "b"])
        #expect(report.machines.map(\.events.applied) == [2, 3, 3])
    }

    @Test func `faults keep their line numbers across blocks and blank lines`() async {
        let reader = ReadAhead(options())
        let load = SysmonLine.load(RecordedProcess(processId: 1000, second: 5))
        let texts = ["x\n\n\(load)\n", "\n", "y\n\n\n", load + "\n" + "z"]
        let blocks = texts.map { text in Array(text.utf8).withUnsafeBytes { reader.read($0) } }
        #expect(blocks.map(\.count) == [3, 1, 2, 2])
        let report = await replay(blocks, feed(options()))
        #expect(report.total.rejected.map(\.line) == [1, 5, 9])
        #expect(report.total.rejected.map(\.part) == [nil, nil, nil])
        #expect(report.total.lines == 5)
    }

    @Test func `consecutive blank lines take one place, however many there are`() async {
        let blank = String(repeating: "\n", count: 100_000) + String(repeating: " \t\r\n", count: 100_000)
        let text = Array((blank + "x\n" + blank + "y").utf8)
        let read = text.withUnsafeBytes { ReadAhead(options()).read($0) }
        #expect(read.count == 4)
        let report = await replay([read], feed(options()))
        #expect(report.total.rejected.map(\.line) == [200_001, 400_002])
        #expect(report.total.lines == 2)
    }

    @Test func `a blank line that is too long is a fault, and the blank lines around it are not`() async {
        let text = Array(("\n" + String(repeating: " ", count: 2001) + "\n\n").utf8)
        let read = text.withUnsafeBytes { ReadAhead(options()).read($0) }
        let report = await replay([read], feed(options()))
        #expect(report.total.rejected.map(\.line) == [2])
    }

    @Test func `line numbers start at 1 in each part, and all faults name their part`() async {
        let feed = feed(options())
        let system = SysmonLine.exit(RecordedProcess(processId: 4, second: 1))
        var reports: [ReadLines] = []
        for name in ["one.json", "two.json"] {
            feed.begin(part: name)
            let block = Array("\n\(system)\nbad\n".utf8).withUnsafeBytes { ReadAhead(options()).read($0) }
            reports.append(block)
            #expect(feed.consume(block, from: 0) {} == 3)
        }
        let report = await withCheckedContinuation { continuation in
            feed.finish { continuation.resume(returning: $0) }
        }
        #expect(report.total.rejected.map(\.part) == ["one.json", "one.json", "two.json", "two.json"])
        #expect(report.total.rejected.map(\.line) == [2, 3, 2, 3])
        #expect(report.total.lines == 4)
    }

    @Test func `a part without a final newline still ends its last line`() async {
        let feed = feed(options())
        feed.begin(part: "one")
        let load = SysmonLine.load(RecordedProcess(processId: 1000, second: 5))
        let block = Array(load.utf8).withUnsafeBytes { ReadAhead(options()).read($0) }
        #expect(feed.consume(block, from: 0) {} == 1)
        feed.begin(part: "two")
        #expect(feed.consume(block, from: 0) {} == 1)
        let report = await withCheckedContinuation { continuation in
            feed.finish { continuation.resume(returning: $0) }
        }
        #expect((report.total.applied, report.total.rejectedCount) == (2, 0))
    }

    @Test func `native lines are read ahead too`() async {
        let text = #"{"type":"processCreate","processId":100,"imageFileName":"a"}"# + "\nx\n"
        let block = Array(text.utf8).withUnsafeBytes { ReadAhead(.native()).read($0) }
        let report = await replay(
            [block],
            EventFeed(options: .native()) { _ in
                EventTarget(driver: Driver.make(), onEventTime: { _ in })
            })
        #expect((report.total.applied, report.total.rejected.map(\.line)) == (1, [2]))
    }

    @Test func `an empty input has no lines, and consuming it returns at once`() {
        let read = UnsafeRawBufferPointer(start: nil, count: 0)
        let lines = ReadAhead(options()).read(read)
        #expect(lines.count == 0)
        let resumed = Received<Void>()
        #expect(feed(options()).consume(lines, from: 0) { resumed.take(()) } == 0)
        #expect(resumed.count == 0)
    }

    @Test func `lines that were read ahead wait for the engine as bytes do, and continue where they stopped`() throws {
        let engine = ScriptedEngine.holding()
        let driver = Driver.make(engine: engine)
        let feed = EventFeed(driver: driver, options: .sysmon(), onEventTime: { _ in })
        let processes = (0..<3).map { RecordedProcess(processId: UInt64(1000 + 4 * $0), second: 5) }
        let text = processes.map { SysmonLine.create($0) + "\n" }.joined()
        let lines = Array(text.utf8).withUnsafeBytes { ReadAhead(.sysmon()).read($0) }
        var place = 0
        for _ in 0..<2 {
            let resumed = Received<Void>()
            let before = place
            place = feed.consume(lines, from: place) { resumed.take(()) }
            #expect(place == before + 1)
            #expect(resumed.count == 0)
            engine.acknowledge()
            #expect(resumed.count == 1)
        }
        #expect(feed.consume(lines, from: place) {} == 3)
        engine.acknowledge()
        #expect(processes.allSatisfy { driver.process($0.identity.processId) != nil })
    }
}
