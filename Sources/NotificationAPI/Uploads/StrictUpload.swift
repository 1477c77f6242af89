import Bytes
import Driver
import JSON
import Locking
import MicroHTTPD
import RecordText
import Replay
import Runtime

/// An upload of which nothing is applied unless every line can be read.
///
/// The body is held, and its lines are read twice: once while it arrives, for their faults, and again when they are applied.
/// Read lines would take more memory than their bytes.
final class StrictUpload: BodyConsumer, Sendable {
    private struct State {
        var pieces: [[UInt8]] = []
        /// The index of the first piece that was not applied. Those before it are empty.
        var next = 0
        /// The size of `pieces`.
        var bytes = 0
        /// The size of the body so far.
        var received = 0
        /// Why the body is discarded.
        var refusal: Problem?
        var sender: BodySender?
    }

    private let context: RequestContext
    private let host: Host
    private let pipeline: UploadPipeline
    private let held: HeldBodies
    private let slices: any SliceQueue
    private let slot: UploadSlots.Slot
    private let started: UInt64
    private let check: Locked<LineCheck>
    private let state = Locked(State())

    /// An upload to `host`.
    ///
    /// - Throws: `contentTooLarge` if the announced length is over the limit.
    init(
        _ options: EventFeed.Options, to host: Host, in slot: UploadSlots.Slot, _ context: RequestContext
    ) throws(Problem) {
        var options = options
        options.stopsOnError = true
        let target = host.eventTarget(caller: context.callerTag, isFromAdmin: context.isFromAdmin)
        self.context = context
        self.host = host
        self.slot = slot
        held = context.api.heldBodies
        slices = context.api.dependencies.slices
        pipeline = UploadPipeline(options, slices: slices) { _ in target }
        started = host.clock.uptimeNanoseconds()
        check = Locked(LineCheck(options))
        if let length = context.head.contentLength, length > UInt64(held.uploadLimit) { throw held.tooLarge }
    }

    deinit { discard() }

    // MARK: The body

    func begin(_ sender: BodySender) {
        slot.begin(sender)
        state.withLock { $0.sender = sender }
    }

    func consume(_ bytes: UnsafeRawBufferPointer, resume: BodyResumption) -> Int {
        slot.record(consumed: bytes.count, of: bytes.count)
        let piece = Array(bytes)
        if hold(piece) { check.withLock { $0.read(piece) } }
        return bytes.count
    }

    /// Holds a piece of the body; false if the body is refused.
    private func hold(_ piece: [UInt8]) -> Bool {
        let (refusal, sender) = state.withLock { state -> (Problem?, BodySender?) in
            state.received += piece.count
            if let refusal = state.refusal {
                // As for other bodies, the connection is cut if a client goes on.
                return (refusal, state.received > 4 * held.uploadLimit ? state.sender : nil)
            }
            if state.received > held.uploadLimit { return (held.tooLarge, nil) }
            if state.pieces.isEmpty, let problem = Problem(Container(head: Array(piece.prefix(Container.headBytes)))) {
                return (problem, nil)
            }
            guard held.add(piece.count) else { return (HeldBodies.full, nil) }
            state.pieces.append(piece)
            state.bytes += piece.count
            return (nil, nil)
        }
        sender?.cut()
        guard let refusal else { return true }
        state.withLock { $0.refusal = refusal }
        discard()
        return false
    }

    func abandon() { discard() }

    /// Frees the pieces.
    private func discard() {
        let bytes = state.withLock { state in
            defer { (state.pieces, state.next, state.bytes) = ([], 0, 0) }
            return state.bytes
        }
        held.remove(bytes)
    }

    // MARK: The lines

    func finish(_ responder: Responder) {
        slot.finish()
        let reply = context.reply(to: responder)
        if let refusal = state.withLock({ $0.refusal }) { return end(reply, with: refusal) }
        let faults = check.withLock { $0.finish() }
        if faults.count > 0 { return end(reply, with: Problem(faults)) }
        slices.run { self.apply(reply) }
    }

    private func end(_ reply: Reply, with problem: Problem) {
        discard()
        slot.release()
        reply.send(problem)
    }

    /// Passes the next piece to the pipeline; true if more pieces can follow at once.
    private func apply(_ reply: Reply) -> Bool {
        let piece = state.withLock { state in state.next < state.pieces.count ? state.pieces[state.next] : nil }
        guard let piece else {
            pipeline.finish { self.finish(reply, $0) }
            return false
        }
        let taken = piece.withUnsafeBytes { bytes in
            pipeline.consume(bytes) { self.slices.run { self.apply(reply) } }
        }
        if taken == 0 { return false }
        state.withLock { state in
            state.pieces[state.next] = []
            state.next += 1
            state.bytes -= piece.count
        }
        held.remove(piece.count)
        return true
    }

    private func finish(_ reply: Reply, _ report: FeedReport) {
        let spent = host.clock.uptimeNanoseconds() &- started
        slot.release()
        if let problem = Problem(report.total, durationNanoseconds: spent, of: host.name) { return reply.send(problem) }
        reply.send { report.total.write(to: &$0, durationNanoseconds: spent) }
    }
}

extension HeldBodies {
    /// The problem of a body over the limit.
    fileprivate var tooLarge: Problem {
        Problem(
            .contentTooLarge,
            "A strict upload may have at most \(uploadLimit) bytes (`limits.strictBodyBytes`), because it is held until its"
                + " last line was read.")
    }

    /// The problem of a body that does not fit beside the others.
    fileprivate static let full = Problem.busy(
        "Other strict uploads use all the memory that `limits.strictBodyBytes` allows.")
}

extension Problem {
    /// The problem of lines that cannot be read.
    fileprivate init(_ faults: LineCheck.Faults) {
        let first = faults.listed.first.map { "Line \($0.line): \($0.detail)".asSentenceEnd } ?? ""
        let count = faults.count.counted("line")
        self.init(
            .invalidEvents, "\(count) cannot be read, and nothing was applied. \(first)"
        ) { json in
            let written = json.member("errors", each: faults.listed, within: Problem.maxBytes) { json, line in
                json.object { json in
                    json.member("line", line.line)
                    json.member("detail", line.detail)
                }
            }
            if written < faults.count { json.member("errorsUnlisted", faults.count - written) }
        }
    }

    /// The problem of a report that is not a success: the driver refused a line, or the host was removed.
    fileprivate init?(_ report: EventsReport, durationNanoseconds: UInt64, of host: String) {
        if let line = report.stoppedAtLine {
            let detail = report.rejected.first?.detail ?? ""
            self.init(
                .eventRefused, "\("Line \(line): \(detail)".asSentenceEnd) Lines applied before it: \(report.applied)."
            ) { json in
                json.member("line", line)
                json.member("report") { report.write(to: &$0, durationNanoseconds: durationNanoseconds) }
            }
        } else if report.skipped[SkipReason.hostRemoved.rawValue] != nil {
            self.init(
                .unknownHost,
                "The host \(host) was deleted or reset meanwhile. Lines applied before that: \(report.applied).")
        } else {
            return nil
        }
    }
}
