import Driver
import JSON
import Messages

/// An upload of event lines as plain state: which call of the driver comes next, and what has come of those before.
///
/// Calls nobody. A step is answered by the method that it names before the next one is asked for.
struct EventSequence {
    /// What has to be done.
    enum Step: Sendable {
        /// Tell `decide(_:)` what the driver's table says about these pids.
        case decide([UInt32])
        /// Wait for room in the queue, and tell `take(_:)`.
        case awaitRoom
        /// Make the call, and tell `take(_:)` what it came to. `at` is when the event happened, with its first call.
        case call(DriverCall, at: FileTime?)
        /// Nothing before there are more bytes.
        case starved
        /// Nothing any more.
        case over
    }

    private let options: EventFeed.Options
    private let parser: RecordParser
    private let inner: RecordParser
    private var lines: LineSplitter
    private var mapper: SysmonMapper
    /// Events whose turn has come, the next one last.
    private var ready: [SysmonEvent] = []
    private var plan: EventPlan?
    private var tally = EventsReport()
    private var isStopped = false

    init(_ options: EventFeed.Options) {
        self.options = options
        parser = RecordParser(maxLineBytes: options.maxLineBytes)
        inner = RecordParser(maxLineBytes: options.maxLineBytes)
        lines = LineSplitter(maxLineBytes: options.maxLineBytes)
        mapper = SysmonMapper(
            machine: options.machine, createsInitialThreads: options.createsInitialThreads,
            maxHeldRecords: options.maxHeldRecords)
    }

    /// The result so far.
    var report: EventsReport {
        var report = tally
        report.machines = mapper.machineNames
        return report
    }

    /// What comes next. Reads `bytes` from `offset` on as far as needed; `isComplete` when none will follow.
    mutating func next(
        in bytes: UnsafeRawBufferPointer, from offset: inout Int, isComplete: Bool
    ) -> Step {
        while true {
            if let step = stepOfPlan() { return step }
            if let processIds = ready.last?.processIds {
                if !processIds.isEmpty { return .decide(processIds) }
                decide(LiveProcesses())
                continue
            }
            if isStopped {
                offset = bytes.count
                skip(mapper.takeUnresolved())
                return isComplete ? .over : .starved
            }
            if let line = lines.next(in: bytes, from: &offset) {
                read(line)
            } else if !isComplete {
                return .starved
            } else if let line = lines.last() {
                read(line)
            } else {
                skip(mapper.takeUnresolved())
                return .over
            }
        }
    }

    private mutating func stepOfPlan() -> Step? {
        guard let plan else { return nil }
        guard let call = plan.next else {
            tally.applied += 1
            tally.appliedByType[plan.type.rawValue, default: 0] += 1
            self.plan = nil
            return nil
        }
        if options.waitsWhenFull, call.mayEnqueue, !plan.hasRoom { return .awaitRoom }
        return .call(call, at: plan.made == 0 ? plan.time : nil)
    }

    /// Answers `.decide`.
    mutating func decide(_ live: LiveProcesses) {
        guard let event = ready.popLast() else { return }
        switch mapper.decide(event, live: live) {
        case .apply(let plan): self.plan = plan
        case .skip(let reason): skip(reason, event.type)
        case .reject(let fault): reject(event.line, fault)
        }
    }

    /// Answers `.call` and `.awaitRoom`.
    mutating func take(_ outcome: DriverCall.Outcome) {
        guard let call = plan?.next, let line = plan?.line else { return }
        switch outcome {
        case .room(true): plan?.hasRoom = true
        case .room(false): stop(line, .unloading)
        case .failed(let error): reject(line, .driver(error))
        case .done(let reports): take(reports, of: call)
        case .created(let reports, let isDenied):
            take(reports, of: call)
            guard isDenied else { return }
            if let process = call.createdProcess { mapper.note(.denied, of: process) }
            plan?.calls.removeAll()  // nothing can be done in a process that is not there
        }
    }

    private mutating func take(_ reports: [RoutineReport], of call: DriverCall) {
        for report in reports { tally.messages.count(report.messages) }
        switch call {
        case .synthesise: tally.processesSynthesised += 1
        case .complete: tally.processesCompleted += 1
        default: break
        }
        plan?.made += 1
        plan?.hasRoom = false
    }

    // MARK: Lines

    private mutating func read(_ line: LineSplitter.Line) {
        switch line {
        case .inPlace(let bytes): read(bytes)
        case .joined(let bytes): bytes.withUnsafeBytes { read($0) }
        case .tooLong:
            tally.lines += 1
            reject(lines.number, .tooLong(maxBytes: options.maxLineBytes))
        }
    }

    private mutating func read(_ bytes: UnsafeRawBufferPointer) {
        if bytes.isBlank { return }
        tally.lines += 1
        do throws(LineFault) {
            switch options.format {
            case .native: plan = try EventPlan(native: bytes, line: lines.number)
            case .sysmon: try readRecord(bytes)
            }
        } catch {
            reject(lines.number, error)
        }
    }

    private mutating func readRecord(_ bytes: UnsafeRawBufferPointer) throws(LineFault) {
        let record: Record
        do throws(JSONFaults) { record = try parser.parse(bytes) } catch { throw .json(error) }
        switch try mapper.read(SysmonRecord(record), line: lines.number, inner: inner) {
        case .skip(let reason): skip(reason, nil)
        case .event(let event):
            let (ready, unresolved) = mapper.take(event)
            skip(unresolved)
            self.ready = ready.reversed()
        }
    }

    // MARK: Results

    private mutating func skip(_ unresolved: [SysmonEvent]) {
        for event in unresolved { skip(.pidUnresolved, event.type) }
    }

    private mutating func skip(_ reason: SkipReason, _ type: EventType?) {
        tally.skipped[reason.rawValue, default: 0] += 1
        if let type { tally.skippedByType[type.rawValue, default: [:]][reason.rawValue, default: 0] += 1 }
    }

    private mutating func reject(_ line: Int, _ fault: LineFault) {
        plan = nil
        tally.rejectedCount += 1
        if tally.rejected.count < options.maxRejectedListed {
            tally.rejected.append(RejectedLine(line: line, detail: fault.detail))
        }
        if options.stopsOnError { stop(line) }
    }

    private mutating func stop(_ line: Int, _ fault: LineFault) {
        reject(line, fault)
        stop(line)
    }

    private mutating func stop(_ line: Int) {
        isStopped = true
        tally.stoppedAtLine = line
        // What was about to come is no more; it is not counted as read.
        tally.lines -= ready.count
        ready = []
    }
}

extension DriverCall {
    /// The process that a creation names.
    fileprivate var createdProcess: AuxPidCreationTime? {
        guard case .create(let creation) = self, let processId = creation.processId else { return nil }
        return AuxPidCreationTime(processId: processId, creationTime: creation.creationTime ?? .none)
    }
}

extension MessageCounts {
    fileprivate mutating func count(_ messages: [MessageRecord]) {
        for record in messages {
            let name = record.message.operationName
            switch record.message.kind {
            case .sync: sync[name, default: 0] += 1
            case .async: async[name, default: 0] += 1
            case .direct: direct[name, default: 0] += 1
            }
        }
    }
}
