import Driver
import FuzzFinding
public import Replay

/// Feeds arbitrary bytes to a host as event lines: each line is applied, skipped or rejected, each message is accounted
/// for, and the result depends neither on where the bytes are cut nor on how late the engine answers.
///
/// The first three bytes of an input are not fed: they are the bits of `Controls`, the seed for the cuts, and a newline
/// for readability.
public func fuzzEventFeed(_ start: UnsafePointer<UInt8>?, _ count: Int, as format: EventFeed.Options.Format) -> CInt {
    guard count >= 3 else { return -1 }  // too short to be useful
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let controls = Controls(rawValue: bytes[0])
    let lines = Array(bytes[3...])
    let whole = Upload(controls, format, isLate: false)
    whole.send(lines[...], in: .whole)
    whole.finish()
    let cut = Upload(controls, format, isLate: true)
    cut.send(lines[...], in: .pieces(seed: UInt64(bytes[1])))
    cut.finish()
    expect(whole.report == cut.report, "cut, the lines came to something else")
    expect(whole.driver.counters == cut.driver.counters, "cut, the lines were counted otherwise")
    let abandoned = Upload(controls, format, isLate: true)
    abandoned.send(lines.prefix(lines.count * Int(bytes[1]) / 256), in: .pieces(seed: UInt64(bytes[2])))
    abandoned.abandon()
    return 0
}

/// The options that an input selects for the upload of its lines, one bit each.
struct Controls: OptionSet {
    let rawValue: UInt8

    static let waitsWhenFull = Controls(rawValue: 1)
    static let stopsOnError = Controls(rawValue: 2)
    static let createsInitialThreads = Controls(rawValue: 4)
    /// Two messages fit into the queue.
    static let hasShortQueue = Controls(rawValue: 8)
    /// The limits of the host and of the feed are low.
    static let hasLowLimits = Controls(rawValue: 16)
    /// The engine denies some processes and fails on some messages.
    static let hasBadEngine = Controls(rawValue: 32)
    /// The upload names a machine.
    static let choosesMachine = Controls(rawValue: 64)
    static let takesShortLines = Controls(rawValue: 128)

    func options(_ format: EventFeed.Options.Format) -> EventFeed.Options {
        var options = EventFeed.Options(format: format)
        options.reportsCoverage = true
        options.reportsTimeline = true
        options.waitsWhenFull = contains(.waitsWhenFull)
        options.stopsOnError = contains(.stopsOnError)
        options.createsInitialThreads = contains(.createsInitialThreads)
        if contains(.choosesMachine) { options.machine = "PC1" }
        if contains(.takesShortLines) { options.maxLineBytes = 300 }
        if contains(.hasLowLimits) { (options.maxHeldRecords, options.maxRejectedListed) = (2, 2) }
        return options
    }
}
