extension EventSequence {
    /// Begins a new part of the recording, whose lines count from 1.
    mutating func begin(part: String) {
        self.part = part
        lineNumber = 0
        lines = LineSplitter(maxLineBytes: options.maxLineBytes)
    }

    /// Reads the next line; false if there is none.
    mutating func read(_ input: EventFeed.Input, from offset: inout Int, _ isComplete: Bool) -> Bool {
        switch input {
        case .bytes(let piece):
            lineNumber += lines.skipBlankLines(in: piece.bytes, from: &offset)
            if let line = lines.next(in: piece.bytes, from: &offset) {
                take(reader.read(line), machines: reader.machines)
                return true
            }
        case .lines(let read):
            if offset < read.lines.count {
                take(read.lines[offset], machines: read.machines)
                offset += 1
                return true
            }
        case .end: break
        }
        guard isComplete, let line = lines.last() else { return false }
        take(reader.read(line), machines: reader.machines)
        return true
    }

    private mutating func take(_ reading: LineReading, machines: MachineNames) {
        if case .blank(let count) = reading {
            lineNumber += count
            return
        }
        lineNumber += 1
        let machine = reading.machine
        var section = machine.flatMap { sections.section(of: machines.names[$0]) }
        if case .plan = reading { section = sections.nativeSection() }
        sections.tally(section) { $0.addLine() }
        if machine != nil, section == nil { return sections.tally(nil) { $0.skip(.otherMachine, nil) } }
        switch reading {
        case .blank: break
        case .skip(let reason, _): sections.tally(section) { $0.skip(reason, nil) }
        case .fault(let fault, _): reject(lineNumber, fault, section)
        case .plan(var plan):
            plan.line = lineNumber
            guard let section else { return }
            upcoming = Upcoming(content: .plan(plan), section: section)
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
