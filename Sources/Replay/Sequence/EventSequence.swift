import Driver
import Messages

/// An upload of event lines as plain state: what comes next, and what has come of those things before.
///
/// Calls nobody. `.host` and `.decide` are answered before the next step is asked for, the others by and by.
struct EventSequence {
    /// What has to be done.
    enum Step: Sendable {
        /// Find a host for the machine of a section, and tell `take(host:)`.
        case findHost(section: Int, machine: String?)
        /// Tell `decide(_:)` what the driver's table says about these pids.
        case decide(section: Int, [UInt32])
        /// Make the call. `at` is when the event happened, with its first call.
        case call(Ticket, section: Int, DriverCall, at: FileTime?)
        /// Wait for room in the queue.
        case awaitRoom(Ticket, section: Int)
        /// Wait until the worker has sent all that is queued.
        case awaitDrained(Ticket, section: Int)
        /// Wait until it is as late as in the recording.
        case awaitTime(FileTime)
        /// Nothing before one of those has an answer.
        case pending
        /// Nothing before there are more bytes.
        case starved
        /// Nothing any more.
        case over
    }

    /// The number of an event that is being applied.
    typealias Ticket = Int

    /// What came of a step.
    enum Answer: Sendable {
        case outcome(Ticket, DriverCall.Outcome)
        /// False when there will be no room, because the driver unloads.
        case room(Ticket, Bool)
        case drained(Ticket)
        case time(FileTime)
    }

    /// An event, or a native line, on its way to the driver.
    private struct Upcoming {
        enum Content {
            case event(SysmonEvent)
            case plan(EventPlan)
        }

        let content: Content
        let section: Int
        var lane: EventLanes.ID?
    }

    private let options: EventFeed.Options
    private var reader: LineReader
    private var lines: LineSplitter
    private var sections: Sections
    /// Events whose turn has come, the next one last.
    private var ready: [LocatedEvent] = []
    private var upcoming: Upcoming?
    private var plans = PlansUnderWay()
    private var lanes = EventLanes()
    private var pace: Pace
    private var coverage = Coverage()
    private var rejected: [RejectedLine] = []
    private var stoppedAtLine: Int?
    /// Of the line that was read last, in its part.
    private var lineNumber = 0
    /// What the lines that are read now come from, where there are several parts.
    private var part: String?

    init(_ options: EventFeed.Options) {
        self.options = options
        reader = LineReader(options)
        lines = LineSplitter(maxLineBytes: options.maxLineBytes)
        sections = Sections(options)
        pace = Pace(isKept: options.keepsPace)
    }

    /// The result so far.
    var report: ReplayReport {
        var total = sections.sum.report
        total.machines = Array(sections.machines.prefix(MachineNames.limit))
        total.rejected = rejected
        total.stoppedAtLine = stoppedAtLine
        return ReplayReport(
            total: total,
            machines: sections.all.compactMap { section in
                section.hasHost == true
                    ? ReplayReport.Machine(name: section.machine, events: section.tally.report) : nil
            },
            coverage: coverage)
    }

    // MARK: Steps

    /// What comes next. Reads `input` from `offset` on as far as needed; `isComplete` when none will follow.
    mutating func next(in input: EventFeed.Input, from offset: inout Int, isComplete: Bool) -> Step {
        while true {
            if let ticket = plans.popRunnable() {
                if let step = step(of: ticket) { return step }
            } else if let upcoming {
                if let step = step(of: upcoming) { return step }
            } else if plans.count >= (pace.isKept ? Pace.maxUnderWay : 1) {
                return .pending
            } else if let (lane, event) = lanes.popRunnable() {
                upcoming = Upcoming(content: .event(event.event), section: event.section, lane: lane)
            } else if let event = ready.last {
                if let step = admit(event) { return step }
            } else if stoppedAtLine != nil {
                offset = input.count
                return plans.isEmpty ? end(isComplete) : .pending
            } else if !read(input, from: &offset, isComplete) {
                if !isComplete { return .starved }
                return plans.isEmpty && lanes.isEmpty ? end(true) : .pending
            }
        }
    }

    private mutating func end(_ isComplete: Bool) -> Step {
        for place in sections.all.indices { skip(sections[place].mapper.takeUnresolved(), place) }
        return isComplete ? .over : .starved
    }

    /// Lets an event whose turn has come in, when it is late enough.
    private mutating func admit(_ event: LocatedEvent) -> Step? {
        if case .mention(let reason) = event.event.kind {
            ready.removeLast()
            sections.tally(event.section) { $0.skip(reason, nil) }
            return nil
        }
        guard pace.isKept else {
            ready.removeLast()
            upcoming = Upcoming(content: .event(event.event), section: event.section)
            return nil
        }
        if let step = pace.step(before: event.event.time) { return step }
        if lanes.count >= Pace.maxUnderWay { return .pending }
        ready.removeLast()
        lanes.add(event)
        return nil
    }

    private mutating func step(of upcoming: Upcoming) -> Step? {
        switch sections[upcoming.section].hasHost {
        case nil:
            return .findHost(section: upcoming.section, machine: sections[upcoming.section].machine)
        case false?:
            skipUpcoming(.noHost)
            return nil
        case true?: break
        }
        switch upcoming.content {
        case .plan(let plan):
            self.upcoming = nil
            plans.start(PlansUnderWay.Entry(plan: plan, section: upcoming.section, lane: nil))
            return nil
        case .event(let event):
            let processIds = event.processIds
            if !processIds.isEmpty { return .decide(section: upcoming.section, processIds) }
            decide(LiveProcesses())
            return nil
        }
    }

    private mutating func step(of ticket: Ticket) -> Step? {
        guard let entry = plans[ticket] else { return nil }
        if let call = entry.plan.next {
            if options.waitsWhenFull, call.mayEnqueue, !entry.plan.hasRoom {
                return .awaitRoom(ticket, section: entry.section)
            }
            return .call(
                ticket, section: entry.section, call, at: entry.plan.made == 0 ? entry.plan.time : nil)
        }
        if entry.plan.isToDrain {
            plans[ticket]?.plan.isToDrain = false
            return .awaitDrained(ticket, section: entry.section)
        }
        sections.tally(entry.section) { $0.apply(entry.plan.type) }
        end(ticket)
        return nil
    }

    private mutating func end(_ ticket: Ticket) {
        if let lane = plans.end(ticket)?.lane { lanes.end(lane) }
    }

    // MARK: Answers

    /// Answers `.findHost`.
    mutating func take(host isThere: Bool) {
        guard let upcoming else { return }
        sections[upcoming.section].hasHost = isThere
    }

    /// Answers `.decide`.
    mutating func decide(_ live: LiveProcesses) {
        guard let upcoming, case .event(let event) = upcoming.content else { return }
        switch sections[upcoming.section].mapper.decide(event, live: live) {
        case .apply(let plan):
            self.upcoming = nil
            plans.start(PlansUnderWay.Entry(plan: plan, section: upcoming.section, lane: upcoming.lane))
        case .skip(let reason): skipUpcoming(reason)
        case .reject(let fault):
            takeUpcoming()
            reject(event.line, fault, upcoming.section)
        }
    }

    private mutating func skipUpcoming(_ reason: SkipReason) {
        guard let upcoming else { return }
        let type: EventType? =
            switch upcoming.content {
            case .event(let event): event.type
            case .plan(let plan): plan.type
            }
        sections.tally(upcoming.section) { $0.skip(reason, type) }
        takeUpcoming()
    }

    private mutating func takeUpcoming() {
        if let lane = upcoming?.lane { lanes.end(lane) }
        upcoming = nil
    }

    /// Takes in what came of a step.
    mutating func take(_ answer: Answer) {
        switch answer {
        case .time(let time): pace.reach(time)
        case .drained(let ticket): plans.goOn(ticket)
        case .room(let ticket, true):
            plans[ticket]?.plan.hasRoom = true
            plans.goOn(ticket)
        case .room(let ticket, false):
            guard let entry = plans[ticket] else { return }
            end(ticket)
            reject(entry.plan.line, .unloading, entry.section)
            stop(entry.plan.line)
        case .outcome(let ticket, let outcome): take(outcome, of: ticket)
        }
    }

    private mutating func take(_ outcome: DriverCall.Outcome, of ticket: Ticket) {
        guard let entry = plans[ticket], let call = entry.plan.next else { return }
        switch outcome {
        case .failed(let error):
            end(ticket)
            reject(entry.plan.line, .driver(error), entry.section)
        case .done(let reports): take(reports, of: call, ticket)
        case .created(let reports, let isDenied):
            take(reports, of: call, ticket)
            guard isDenied else { return }
            if let process = call.createdProcess { sections[entry.section].mapper.note(.denied, of: process) }
            plans[ticket]?.plan.calls.removeAll()  // nothing can be done in a process that is not there
        }
    }

    private mutating func take(_ reports: [RoutineReport], of call: DriverCall, _ ticket: Ticket) {
        guard var entry = plans[ticket] else { return }
        sections.tally(entry.section) { $0.count(reports, of: call) }
        if options.tellsCoverage { for report in reports { coverage.count(report) } }
        entry.plan.made += 1
        entry.plan.hasRoom = false
        entry.plan.isToDrain = options.drainsQueue && call.mayEnqueue
        plans[ticket] = entry
        plans.goOn(ticket)
    }

    // MARK: Lines

    /// A new part of the recording begins: its lines count from 1.
    mutating func begin(part: String) {
        self.part = part
        lineNumber = 0
        lines = LineSplitter(maxLineBytes: options.maxLineBytes)
    }

    /// Reads the next line; false when there is none.
    private mutating func read(_ input: EventFeed.Input, from offset: inout Int, _ isComplete: Bool) -> Bool {
        switch input {
        case .bytes(let bytes):
            guard let line = lines.next(in: bytes, from: &offset) else { return false }
            take(reader.read(line), machines: reader.machines)
        case .lines(let read):
            guard offset < read.lines.count else { return false }
            take(read.lines[offset], machines: read.machines)
            offset += 1
        case .end:
            guard isComplete, let line = lines.last() else { return false }
            take(reader.read(line), machines: reader.machines)
        }
        return true
    }

    private mutating func take(_ reading: LineReading, machines: MachineNames) {
        lineNumber += 1
        if case .blank = reading { return }
        let machine = reading.machine
        let place = machine.flatMap { sections.place(of: machines.names[$0]) }
        sections.tally(place) { $0.addLine() }
        if machine != nil, place == nil { return sections.tally(nil) { $0.skip(.otherMachine, nil) } }
        switch reading {
        case .blank: break
        case .skip(let reason, _): sections.tally(place) { $0.skip(reason, nil) }
        case .fault(let fault, _): reject(lineNumber, fault, place)
        case .plan(var plan):
            plan.line = lineNumber
            upcoming = Upcoming(content: .plan(plan), section: sections.placeOfNative())
        case .event(var event, _):
            guard let place else { return }
            event.line = lineNumber
            let (ready, unresolved) = sections[place].mapper.take(event)
            skip(unresolved, place)
            line(up: ready, place)
        case .mention(let mention, _):
            guard let place else { return }
            let (ready, unresolved, isResolved) = sections[place].mapper.take(mention, line: lineNumber)
            skip(unresolved, place)
            if isResolved { sections.tally(place) { $0.skip(mention.reason, nil) } }
            line(up: ready, place)
        }
    }

    private mutating func line(up events: [SysmonEvent], _ place: Int) {
        for event in events.reversed() { ready.append(LocatedEvent(event: event, section: place)) }
    }

    // MARK: Results

    private mutating func skip(_ unresolved: [SysmonEvent], _ place: Int) {
        for event in unresolved { sections.tally(place) { $0.skip(.pidUnresolved, event.type) } }
    }

    private mutating func reject(_ line: Int, _ fault: LineFault, _ place: Int?) {
        sections.tally(place) { $0.reject() }
        if rejected.count < options.maxRejectedListed {
            rejected.append(RejectedLine(part: part, line: line, detail: fault.detail))
        }
        if options.stopsOnError { stop(line) }
    }

    private mutating func stop(_ line: Int) {
        if stoppedAtLine != nil { return }
        stoppedAtLine = line
        // What was about to come is no more; it is not counted as read.
        for event in ready + lanes.takeWaiting() { sections.tally(event.section) { $0.removeLine() } }
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
