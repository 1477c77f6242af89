import Driver
import Locking
import Messages
import Replay
import TestSupport
import Testing

/// Random recordings at their pace, with a random engine.
@Suite(.timeLimit(.minutes(5)))
struct PacedPropertyTests {
    /// A recording of a few processes, with the pids that each line names.
    private struct Script {
        var lines: [String] = []
        var processIds: [[UInt64]] = []

        init(_ random: inout SplitMix, count: Int) {
            var time = 0
            var processes = (0..<8).map { RecordedProcess(processId: UInt64(1000 + $0 * 4), second: 5) }
            for line in 1...count {
                time = max(0, time + Int.random(in: -40...200, using: &random))
                let place = Int.random(in: 0..<8, using: &random)
                // Sometimes a pid gets a new owner.
                if Int.random(in: 0..<8, using: &random) == 0 { processes[place].second += 1 }
                let process = processes[place]
                let other = processes[Int.random(in: 0..<8, using: &random)]
                let text: String
                switch Int.random(in: 0..<10, using: &random) {
                case 0, 1:
                    text = SysmonLine.create(process, by: other).replacing("a -b", with: "\(line)")
                    processIds.append([process.processId, other.processId])
                case 2:
                    text = SysmonLine.exit(process)
                    processes[place].second += 1
                    processIds.append([process.processId])
                case 3, 4, 5:
                    text = SysmonLine.thread(from: process, in: other).replacing("4242", with: "\(line)")
                    processIds.append([process.processId, other.processId])
                default:
                    text = SysmonLine.load(process, "\(line)")
                    processIds.append([process.processId])
                }
                // One line in ten has no time.
                lines.append(Int.random(in: 0..<10, using: &random) == 0 ? text : text.at(time))
            }
        }
    }

    /// The result of one run.
    private struct Result: Equatable {
        let report: FeedReport
        let deliveries: [SlowEngine.Delivery]
        let messages: [MessageRecord]
        let ends: [MessageType: DeliveryLedger.Ends]
        let losses: [DeliveryLedger.Loss]
        let counters: CountersSnapshot
        let milliseconds: Int
    }

    private func run(_ script: Script, seed: UInt64, drains: Bool) throws -> Result {
        let made = Locked<SlowEngine?>(nil)
        let random = Locked(SplitMix(state: seed))
        let replay = VirtualReplay(
            .make {
                $0.maxAsyncNotificationCount = 3
                $0.sendingSyncSemaphoreLimit = 1
            }, rules: [.notifyImageLoadRule, .notifyNewThreadDifferentProcess]
        ) { time in
            let engine = SlowEngine(time) { _ in
                random.withLock { random in
                    Bool.random(using: &random) ? .zero : .milliseconds(Int.random(in: 0...1500, using: &random))
                }
            }
            made.withLock { $0 = engine }
            return engine
        }
        let report = try #require(replay.run(script.lines, .sysmon { $0.drainsQueue = drains }))
        return Result(
            report: report, deliveries: try #require(made.withLock { $0 }).deliveries,
            messages: replay.driver.messages(MessageQuery(), limit: .max).items, ends: replay.ledger.ends,
            losses: replay.ledger.losses, counters: replay.driver.counters, milliseconds: replay.time.milliseconds)
    }

    @Test(arguments: 1...60)
    func `SYN-10, ASY-10: the messages of a process keep the recorded order, sums match, runs are repeatable`(
        seed: UInt64
    ) throws {
        var random = SplitMix(state: seed)
        let script = Script(&random, count: 120)
        let drains = seed.isMultiple(of: 3)
        let result = try run(script, seed: seed, drains: drains)
        let again = try run(script, seed: seed, drains: drains)
        #expect(again == result)

        var last: [UInt64: Int] = [:]
        var told = 0
        for record in result.messages {
            guard let line = record.message.recordedLine else { continue }
            told += 1
            for processId in script.processIds[line - 1] {
                #expect(last[processId, default: 0] <= line, "line \(line) after a later one of pid \(processId)")
                last[processId] = line
            }
        }
        #expect(told > 20)

        let total = result.report.total
        #expect(total.isComplete && total.lines == 120 && total.rejectedCount == 0)
        let counters = result.counters
        #expect(counters.isConserved && counters.queued == 0 && counters.inHand == 0 && counters.inFlight == 0)
        let async = sum(of: .async, in: result)
        #expect(async.sent == Int(counters.async.sent))
        #expect(async.failed == Int(counters.async.sendFailed))
        #expect(async.dropped == Int(counters.async.droppedOnOverflow))
        for (operation, counted) in counters.sync {
            let ends = sum(of: .sync, operation.name, in: result)
            #expect(ends.sent + ends.failed == Int(counted.notificationsCount))
            #expect(ends.failed + ends.notSent == Int(counted.errorCount))
            let made = total.messages.sync[operation.name] ?? 0
            #expect(made == ends.sent + ends.failed + ends.notSent)
        }
        let direct = sum(of: .direct, in: result)
        #expect(direct.sent + direct.failed == Int(counters.direct.fltSendMessageCount))
        #expect(direct.failed == Int(counters.direct.fltSendMessageError))
        #expect(total.messages.async.values.reduce(0, +) == Int(counters.async.enqueued))
        #expect(total.messages.direct.values.reduce(0, +) == Int(counters.direct.fltSendMessageCount))
        let lost = result.ends.values.map(\.lost).reduce(0, +)
        #expect(result.losses.map(\.count).reduce(0, +) == lost)
        #expect(result.messages.filter { !$0.delivery.isFinal } == [])
    }

    /// The ledger's counts for a kind, or for one operation.
    private func sum(
        of kind: EngineMessage.Kind, _ name: String? = nil, in result: Result
    ) -> (sent: Int, failed: Int, notSent: Int, dropped: Int) {
        var sum = (sent: 0, failed: 0, notSent: 0, dropped: 0)
        for (type, ends) in result.ends where type.kind == kind && (name ?? type.operation.name) == type.operation.name
        {
            sum.sent += ends.sent
            sum.failed += ends.failed
            sum.notSent += ends.notSent
            sum.dropped += ends.dropped
        }
        return sum
    }

    @Test func `the random recordings cover drops, timeouts and unsent messages`() throws {
        var dropped = 0
        var (timedOut, notSent) = (0, 0)
        for seed in 1...10 {
            var random = SplitMix(state: UInt64(seed))
            let result = try run(Script(&random, count: 120), seed: UInt64(seed), drains: false)
            for ends in result.ends.values {
                dropped += ends.dropped
                timedOut += ends.failed
                notSent += ends.notSent
            }
        }
        #expect(dropped > 0 && timedOut > 0 && notSent > 0)
    }
}

extension EngineMessage {
    /// The line number that a script hid in the message; nil if the message has no field for it.
    fileprivate var recordedLine: Int? {
        switch content {
        case .sync(let message):
            if case .newImageLoadPerProcess(let name) = message.data { return Int(name.text) }
            return nil
        case .async(let message):
            switch message.body {
            case .imageLoadAndProcess(let notify):
                // An exit would give the line of the creation.
                return kind == .direct ? Int(notify.commandLine.text) : Int(notify.imageFileName.text)
            case .thread(let notify): return Int(notify.createdThread.threadId)
            default: return nil
            }
        }
    }
}
