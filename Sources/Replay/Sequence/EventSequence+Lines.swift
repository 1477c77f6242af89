extension EventSequence {
    /// A new part of the recording begins: its lines count from 1.
    mutating func begin(part: String) {
        self.part = part
        lineNumber = 0
        lines = LineSplitter(maxLineBytes: options.maxLineBytes)
    }

    /// Reads the next line; false when there is none.
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
        var place = machine.flatMap { sections.place(of: machines.names[$0]) }
        if case .plan = reading { place = sections.placeOfNative() }
        sections.tally(place) { $0.addLine() }
        if machine != nil, place == nil { return sections.tally(nil) { $0.skip(.otherMachine, nil) } }
        switch reading {
        case .blank: break
        case .skip(let reason, _): sections.tally(place) { $0.skip(reason, nil) }
        case .fault(let fault, _): reject(lineNumber, fault, place)
        case .plan(var plan):
            plan.line = lineNumber
            guard let place else { return }
            upcoming = Upcoming(content: .plan(plan), section: place)
        case .event(var event, _):
            guard let place else { return }
            event.line = lineNumber
            sections[place].note(event.time)
            let (ready, unresolved) = sections[place].mapper.take(event)
            skip(unresolved, place)
            enqueue(ready, place)
        case .mention(let mention, _):
            guard let place else { return }
            let (ready, unresolved, isResolved) = sections[place].mapper.take(mention, line: lineNumber)
            skip(unresolved, place)
            if isResolved { sections.tally(place) { $0.skip(mention.reason, nil) } }
            enqueue(ready, place)
        }
    }

    private mutating func enqueue(_ events: [SysmonEvent], _ place: Int) {
        for event in events.reversed() { ready.append(LocatedEvent(event: event, section: place)) }
    }

    // MARK: Results

    mutating func skip(_ unresolved: [SysmonEvent], _ place: Int) {
        for event in unresolved { sections.tally(place) { $0.skip(.pidUnresolved, event.type) } }
    }

    mutating func reject(_ line: Int, _ fault: LineFault, _ place: Int?) {
        sections.tally(place) { $0.reject() }
        if rejected.count < options.maxRejectedListed {
            rejected.append(RejectedLine(part: part, line: line, detail: fault.detail))
        }
        if options.stopsOnError { stop(line) }
    }

    mutating func stop(_ line: Int) {
        if stoppedAtLine != nil { return }
        stoppedAtLine = line
        // What was about to come is no more; it is not counted as read.
        for event in ready + lanes.takeWaiting() { sections.tally(event.section) { $0.removeLine() } }
        ready = []
    }
}
