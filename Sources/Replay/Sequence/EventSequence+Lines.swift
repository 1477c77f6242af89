extension EventSequence {
    /// Begins a new part of the recording, whose lines count from 1.
    mutating func begin(part: String) {
        self.part = part
        lineNumber = 0
    }

    /// Takes the next line; false if there is none.
    mutating func read(_ input: EventFeed.Input, from offset: inout Int) -> Bool {
        guard case .lines(let read) = input, offset < read.lines.count else { return false }
        take(read.lines[offset], of: read)
        offset += 1
        return true
    }

    private mutating func take(_ reading: LineReading, of read: ReadLines) {
        if case .blank(let count) = reading.content {
            lineNumber += count
            return
        }
        if !reading.isOnSameLine { lineNumber += 1 }
        let machine = reading.machine
        var section = machine.flatMap { sections.section(of: read.machines.names[$0]) }
        if case .plan = reading.content { section = sections.nativeSection() }
        sections.tally(section) { $0.addLine(reading.notes) }
        if machine != nil, section == nil { return sections.tally(nil) { $0.skip(.otherMachine, nil) } }
        if let section, !reading.notes.contains(.audit) { sections[section].hasSysmon = true }
        switch reading.content {
        case .blank: break
        case .skip(let reason, _): sections.tally(section) { $0.skip(reason, nil) }
        case .otherChannel(let number): sections.others.skip(channel: number.map { read.channels.names[$0] })
        case .fault(let fault, _): reject(lineNumber, fault, section)
        case .plan(var plan):
            plan.line = lineNumber
            guard let section else { return }
            upcoming = Upcoming(content: .plan(plan), section: section)
        case .event(let event, _)
        where reading.notes.contains(.audit) && section.map { sections[$0].hasSysmon } == true:
            sections.tally(section) { $0.skip(.sysmonHasIt, event.type) }
        case .event(var event, _):
            guard let section else { return }
            event.line = lineNumber
            sections[section].note(event.time)
            let (ready, unresolved) = sections[section].mapper.take(event)
            skip(unresolved, section)
            enqueue(ready, section)
        case .mention(let mention, _):
            guard let section else { return }
            let (ready, unresolved, isResolved) = sections[section].mapper.take(mention, line: lineNumber)
            skip(unresolved, section)
            if isResolved { sections.tally(section) { $0.skip(mention.reason, nil) } }
            enqueue(ready, section)
        }
    }

    private mutating func enqueue(_ events: [SysmonEvent], _ section: Int) {
        for event in events.reversed() { ready.append(LocatedEvent(event: event, section: section)) }
    }

    // MARK: Results

    mutating func skip(_ unresolved: [SysmonEvent], _ section: Int) {
        for event in unresolved { sections.tally(section) { $0.skip(.pidUnresolved, event.type) } }
    }

    mutating func reject(_ line: Int, _ fault: LineFault, _ section: Int?) {
        sections.tally(section) { $0.reject() }
        if rejected.count < options.maxRejectedListed {
            rejected.append(RejectedLine(part: part, line: line, detail: fault.detail))
        }
        if options.stopsOnError { stop(line) }
    }

    mutating func stop(_ line: Int) {
        if stoppedAtLine != nil { return }
        stoppedAtLine = line
        // Events that were read but not started do not count as read.
        for event in ready + lanes.takeWaiting() { sections.tally(event.section) { $0.removeLine() } }
        ready = []
    }
}
