import Driver
import Messages

extension EventSequence {
    /// Answers `.findHost`.
    mutating func resolveHost(isFound: Bool) {
        guard let upcoming else { return }
        sections[upcoming.section].hasHost = isFound
        if isFound { sections.giveLane(to: upcoming.section) }
    }

    /// Answers `.decide`.
    mutating func decide(_ live: LiveProcesses) {
        guard let upcoming, case .event(let event) = upcoming.content else { return }
        switch sections[upcoming.section].mapper.decide(event, live: live) {
        case .apply(let plan):
            self.upcoming = nil
            plans.start(PlansInFlight.Entry(plan: plan, section: upcoming.section, lane: upcoming.lane))
        case .skip(.afterExit) where sections[upcoming.section].exits.areAfter(event):
            skipUpcoming(.datedBeforeExit)
        case .skip(let reason): skipUpcoming(reason)
        case .reject(let fault):
            takeUpcoming()
            reject(event.line, fault, upcoming.section)
        }
    }

    mutating func skipUpcoming(_ reason: SkipReason) {
        guard let upcoming else { return }
        let type: DriverEvent? =
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

    /// Applies the answer to a step.
    mutating func take(_ answer: Answer) {
        switch answer {
        case .time(let time): pace.reach(time)
        case .drained(let ticket): plans.resume(ticket)
        case .room(let ticket, true):
            plans[ticket]?.plan.hasRoom = true
            plans.resume(ticket)
        case .room(let ticket, false):
            guard let entry = plans[ticket] else { return }
            end(ticket)
            reject(entry.plan.line, .stopping, entry.section)
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
        case .clockRefused(let refusal):
            end(ticket)
            reject(entry.plan.line, .clock(refusal), entry.section)
        case .hostRemoved:
            end(ticket)
            sections.tally(entry.section) { $0.skip(.hostRemoved, entry.plan.type) }
        case .done(let reports): take(reports, of: call, ticket)
        case .created(let reports, let isDenied):
            take(reports, of: call, ticket)
            guard isDenied else { return }
            if let process = call.createdProcess { sections[entry.section].mapper.note(.denied, of: process) }
            plans[ticket]?.plan.calls.removeAll()  // the process does not exist
        }
    }

    private mutating func take(_ reports: [RoutineReport], of call: DriverCall, _ ticket: Ticket) {
        guard var entry = plans[ticket] else { return }
        sections.tally(entry.section) { $0.count(reports, of: call) }
        if case .exitProcess = call { sections[entry.section].exits.note(reports, at: entry.plan.time) }
        if options.reportsCoverage { for report in reports { coverage.count(report) } }
        if !reports.isEmpty { options.onDecisions?(entry.plan.line, sections[entry.section].machine, reports) }
        entry.plan.made += 1
        entry.plan.hasRoom = false
        if options.drainsQueue, call.mayEnqueue { entry.plan.isToDrain = true }
        plans[ticket] = entry
        plans.resume(ticket)
    }
}
