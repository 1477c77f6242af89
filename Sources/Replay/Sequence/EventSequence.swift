import Driver
import Messages

/// An upload of event lines as plain state: its next step, and the results of earlier ones.
///
/// It only decides; `EventFeed` acts. `.findHost` and `.decide` are answered before the next step is requested, other steps
/// at any time.
///
/// A Sysmon event takes two steps: `.decide` reads its processes from the driver, `.call` makes its calls. The mapper
/// cannot remember the live processes, because clients and the engine change them during an upload (decision 12).
struct EventSequence {
    /// The next action of the feed.
    enum Step: Sendable {
        /// Find a host for the machine of a section, and call `resolveHost(isFound:)`.
        case findHost(section: Int, machine: String?)
        /// Look up these pids in the driver's table, and pass the result to `decide(_:)`.
        case decide(section: Int, [UInt32])
        /// Make the call, for an event that happened `at` this time. The clock of the host is set for the first one.
        case call(Ticket, section: Int, DriverCall, at: FileTime?, isFirst: Bool)
        /// Wait for room in the queue.
        case awaitRoom(Ticket, section: Int)
        /// Wait until the worker has sent all that is queued.
        case awaitDrained(Ticket, section: Int)
        /// Give the turn to a machine: from now on its time passes, and no other machine's.
        case turn(machine: String?)
        /// Wait until this time of the recording.
        case awaitTime(FileTime)
        /// Wait for an answer.
        case pending
        /// Wait for more input.
        case starved
        /// The upload is complete.
        case over
    }

    /// The number of an event that is being applied.
    typealias Ticket = Int

    /// The result of a step.
    enum Answer: Sendable {
        case outcome(Ticket, DriverCall.Outcome)
        /// False if there will be no room, because the driver unloads.
        case room(Ticket, Bool)
        case drained(Ticket)
        case time(FileTime)
    }

    /// The event or native line that is applied next.
    struct Upcoming {
        enum Content {
            case event(SysmonEvent)
            case plan(EventPlan)
        }

        let content: Content
        let section: Int
        var lane: EventLanes.ID?
    }

    let options: EventFeed.Options
    var sections: MachineSections
    /// Events that can be applied, the next one last.
    var ready: [LocatedEvent] = []
    var upcoming: Upcoming?
    var plans = PlansInFlight()
    var lanes = EventLanes()
    var pace: Pace
    var coverage = Coverage()
    var rejected: [RejectedLine] = []
    var stoppedAtLine: Int?
    /// The number of the last line that was read, in its part.
    var lineNumber = 0
    /// The part that is being read, if there are several.
    var part: String?

    init(_ options: EventFeed.Options) {
        self.options = options
        sections = MachineSections(options)
        pace = Pace(options.pace)
    }

    /// The result so far.
    var report: FeedReport {
        let sum = sections.sum
        var total = sum.report
        total.machines = sections.machines
        total.rejected = rejected
        total.stoppedAtLine = stoppedAtLine
        return FeedReport(
            total: total,
            machines: sections.all.compactMap { section in
                section.hasHost == true
                    ? FeedReport.Machine(name: section.machine, events: section.tally.report, lane: section.lane) : nil
            },
            format: options.format,
            start: sections.all.compactMap(\.earliest).min(),
            end: sections.all.compactMap(\.latest).max(),
            lanes: sections.lanes,
            coverage: coverage,
            gaps: RecordingGaps.of(
                sum, in: options.format, isNewestFirst: sections.all.contains(where: \.isNewestFirst),
                overtaken: pace.overtaken))
    }

    // MARK: Steps

    /// The next step. Reads `input` from `offset` as far as needed; `isComplete` if no more input follows.
    mutating func next(in input: EventFeed.Input, from offset: inout Int, isComplete: Bool) -> Step {
        while true {
            if let ticket = plans.popRunnable() {
                if let step = step(of: ticket) { return step }
            } else if let upcoming {
                if let step = step(of: upcoming) { return step }
            } else if !pace.isKept, !plans.isEmpty {
                return .pending
            } else if let (lane, event) = lanes.popRunnable() {
                upcoming = Upcoming(content: .event(event.event), section: event.section, lane: lane)
            } else if let event = ready.last {
                if let step = admit(event) { return step }
            } else if stoppedAtLine != nil {
                offset = input.count
                return plans.isEmpty ? end(isComplete) : .pending
            } else if !read(input, from: &offset) {
                if !isComplete { return .starved }
                return plans.isEmpty && lanes.isEmpty ? end(true) : .pending
            }
        }
    }

    private mutating func end(_ isComplete: Bool) -> Step {
        for section in sections.all.indices { skip(sections[section].mapper.takeUnresolved(), section) }
        return isComplete ? .over : .starved
    }

    /// Admits the next event if its time has come.
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
        let (time, section) = (event.event.time, event.section)
        if pace.turn(to: section) { return .turn(machine: sections[section].machine) }
        if let step = pace.step(before: time) { return step }
        if lanes.count(of: pace.time == .perMachine ? section : nil) >= Pace.maxInFlight { return .pending }
        ready.removeLast()
        pace.begin(time, of: section)
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
            plans.start(PlansInFlight.Entry(plan: plan, section: upcoming.section, lane: nil))
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
                ticket, section: entry.section, call, at: entry.plan.time, isFirst: entry.plan.made == 0)
        }
        if entry.plan.isToDrain {
            plans[ticket]?.plan.isToDrain = false
            return .awaitDrained(ticket, section: entry.section)
        }
        sections.apply(entry.plan, of: entry.section)
        end(ticket)
        return nil
    }

    mutating func end(_ ticket: Ticket) {
        if let lane = plans.end(ticket)?.lane { lanes.end(lane) }
    }
}
