import Driver
import Locking
import Messages
import Replay
import Runtime
import TestSupport

/// The start of the handwritten recordings, 2020-02-21T10:15:30Z.
let recordingStart = FileTime(unixSecond: 1_582_280_130)

extension FileTime {
    /// The time `milliseconds` after the start of the recording.
    static func at(_ milliseconds: Int) -> FileTime {
        FileTime(ticks: UInt64(Int(recordingStart.ticks) + milliseconds * 10_000))
    }
}

extension String {
    /// The record with the time `milliseconds` after the start of the recording, at most half an hour.
    func at(_ milliseconds: Int) -> String {
        func padded(_ number: Int, _ digits: Int) -> String {
            String(repeating: "0", count: digits - String(number).count) + String(number)
        }
        let seconds = 15 * 60 + 30 + milliseconds / 1000
        let clock = "10:\(padded(seconds / 60, 2)):\(padded(seconds % 60, 2)).\(padded(milliseconds % 1000, 3))"
        let old = #","UtcTime":"2020-02-21 10:15:30.123""#
        return String(replacing(old, with: "").dropLast()) + #","UtcTime":"2020-02-21 \#(clock)"}"#
    }
}

/// An engine in virtual time that acknowledges after the given latency.
final class SlowEngine: EnginePort {
    /// A message with the time at which the engine got it.
    struct Delivery: Hashable, Sendable {
        let milliseconds: Int
        let message: EngineMessage

        /// Its time, operation and process in short: `12 CreateProcess 1000`.
        var text: String { "\(milliseconds) \(message.operation.name) \(message.process?.processId ?? 0)" }
    }

    private let time: VirtualTime
    private let latency: @Sendable (EngineMessage) -> Duration
    private let received = Locked<[Delivery]>([])

    init(_ time: VirtualTime, latency: @escaping @Sendable (EngineMessage) -> Duration) {
        self.time = time
        self.latency = latency
    }

    /// All messages that the engine got, in order.
    var deliveries: [Delivery] { received.withLock { $0 } }

    func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        received.withLock { $0.append(Delivery(milliseconds: time.milliseconds, message: message)) }
        let latency = latency(message)
        if latency <= .zero { return completion(.acknowledging(message)) }
        _ = time.schedule(after: min(latency, timeout)) {
            completion(latency < timeout ? .acknowledging(message) : .failing(.timeout))
        }
    }
}

extension VirtualTime {
    var milliseconds: Int { Int(nanoseconds / 1_000_000) }
}

/// A replay into one driver, at the pace of its recording, in virtual time.
final class VirtualReplay: Sendable {
    let time = VirtualTime()
    let driver: Driver
    let ledger = DeliveryLedger(measuresDelays: true)
    /// The times of events as passed to the driver, with the milliseconds of virtual time at that moment.
    let events = Received<(time: FileTime, milliseconds: Int)>()
    private let clock: RecordingClock
    private let speed: Double

    /// `engine` gets the virtual time; `rules` apply to every process.
    init(
        _ config: DriverConfig = DriverConfig(), rules: ProcessRules = [], speed: Double = 1,
        engine: (VirtualTime) -> any EnginePort
    ) {
        self.speed = speed
        clock = RecordingClock(.running(speed: speed), over: time)
        driver = Driver.make(config, engine: engine(time), clock: clock, timers: time)
        driver.rulePolicies = rules.isEmpty ? [] : [RulePolicy(imageFileName: "*", rules: rules)]
        _ = driver.observe(ledger.observer(machine: "pc1"))
    }

    func feed(_ options: EventFeed.Options = .sysmon()) -> EventFeed {
        let target = EventTarget(driver: driver) { [clock, events, time] event in
            clock.advance(toEvent: event)
            events.take((event, time.milliseconds))
        }
        let pacer = Pacer(
            speed: speed, time: Pacer.Time(clock: RecordingClock(.events, over: time), timers: time))
        return EventFeed(options: options, pacer: pacer) { _ in target }
    }

    /// Feeds all lines, letting time pass as needed; finishes, and lets the worker send the queued messages.
    func run(_ lines: [String], _ options: EventFeed.Options = .sysmon()) -> FeedReport? {
        let feed = feed(options)
        pour(lines, into: feed)
        let report = Received<FeedReport>()
        feed.finish(completion: report.take)
        while report.count == 0, time.step() {}
        while time.step() {}
        return report.count == 1 ? report.values.first : nil
    }

    /// Feeds lines, letting time pass as needed.
    func pour(_ lines: [String], into feed: EventFeed) {
        let read = Array((lines.joined(separator: "\n") + "\n").utf8).withUnsafeBytes {
            ReadAhead(feed.options).read($0)
        }
        var place = 0
        while place < read.count {
            let resumed = Received<Void>()
            place = feed.consume(read, from: place) { resumed.take(()) }
            if place == read.count { return }
            while resumed.count == 0, time.step() {}
            if resumed.count == 0 { return }  // nothing will resume the feed
        }
    }

    /// Lets time pass up to `milliseconds`, including everything that is due then.
    func pass(to milliseconds: Int) {
        let isThere = Received<Void>()
        _ = time.schedule(after: .milliseconds(milliseconds - time.milliseconds)) { isThere.take(()) }
        while isThere.count == 0, time.step() {}
    }
}

extension CountersSnapshot {
    /// ASY-10.
    var isConserved: Bool {
        Int(async.enqueued)
            == Int(async.sent + async.sendFailed + async.droppedOnOverflow) + queued + inHand
    }
}
