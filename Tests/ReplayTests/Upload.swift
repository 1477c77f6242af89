import Driver
import Locking
import Messages
import Replay

/// An event that happens once, on any thread.
final class Signal: Sendable {
    private struct State {
        var hasFired = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Locked(State())

    func fire() {
        let waiter = state.withLock { state in
            state.hasFired = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let hasFired = state.withLock { state in
                if !state.hasFired { state.waiter = continuation }
                return state.hasFired
            }
            if hasFired { continuation.resume() }
        }
    }
}

/// Takes an upload piece by piece.
protocol Uploading: Sendable {
    func consume(_ bytes: UnsafeRawBufferPointer, resume: @escaping @Sendable () -> Void) -> Int
    func finish(completion: @escaping @Sendable (FeedReport) -> Void)
}

extension UploadPipeline: Uploading {}

extension EventFeed {
    /// Reads `bytes`, which are whole lines, and takes those that it can; returns the number of their bytes.
    func consume(_ bytes: [UInt8], resume: @escaping @Sendable () -> Void) -> Int {
        let read = bytes.withUnsafeBytes { ReadAhead(options).read($0) }
        let taken = consume(read, from: 0, resume: resume)
        if taken == read.count { return bytes.count }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.prefix(taken).reduce(0) { $0 + $1.count + 1 }
    }

    /// Applies `bytes`, read in chunks, and waits whenever the feed waits.
    func upload(_ bytes: [UInt8], chunk: Int = .max) async -> EventsReport {
        await replay(bytes, chunk: chunk).total
    }

    /// As above, with the results of each machine.
    func replay(_ bytes: [UInt8], chunk: Int = .max) async -> FeedReport {
        let reader = ReadAhead(options)
        var rest = bytes[...]
        while !rest.isEmpty {
            await apply(rest.prefix(chunk).withUnsafeBytes { reader.read(piece: $0) })
            rest = rest.dropFirst(chunk)
        }
        await apply(reader.finish())
        return await withCheckedContinuation { continuation in
            finish { continuation.resume(returning: $0) }
        }
    }

    private func apply(_ lines: ReadLines) async {
        var place = 0
        while place < lines.count {
            let signal = Signal()
            place = consume(lines, from: place) { signal.fire() }
            if place < lines.count { await signal.wait() }
        }
    }
}

extension Uploading {
    /// Sends `bytes` in chunks as a client would, waiting whenever the feed waits.
    func upload(_ bytes: [UInt8], chunk: Int = .max) async -> EventsReport {
        await replay(bytes, chunk: chunk).total
    }

    /// As above, with the results of each machine.
    func replay(_ bytes: [UInt8], chunk: Int = .max) async -> FeedReport {
        var offset = 0
        while offset < bytes.count {
            let end = offset + min(chunk, bytes.count - offset)
            let signal = Signal()
            offset += bytes[offset..<end].withUnsafeBytes { consume($0) { signal.fire() } }
            if offset < end { await signal.wait() }
        }
        return await withCheckedContinuation { continuation in
            finish { continuation.resume(returning: $0) }
        }
    }
}

extension EventFeed.Options {
    /// Options for Sysmon records, modified by `change`.
    static func sysmon(_ change: (inout Self) -> Void = { _ in }) -> Self {
        var options = Self(format: .sysmon)
        change(&options)
        return options
    }

    /// Options for native lines, modified by `change`.
    static func native(_ change: (inout Self) -> Void = { _ in }) -> Self {
        var options = Self(format: .native)
        change(&options)
        return options
    }
}

extension Driver {
    /// Applies `lines` to the driver.
    func apply(_ lines: [String], _ options: EventFeed.Options, chunk: Int = .max) async -> EventsReport {
        let feed = EventFeed(driver: self, options: options, onEventTime: { _ in })
        return await feed.upload(Array(lines.joined(separator: "\n").utf8), chunk: chunk)
    }
}

extension EventsReport {
    /// The number and the fault of each rejected line, as `line: detail`.
    var faults: [String] { rejected.map { "\($0.line): \($0.detail)" } }

    /// Whether every line was counted.
    var isComplete: Bool { lines == applied + skipped.values.reduce(0, +) + rejectedCount }
}
