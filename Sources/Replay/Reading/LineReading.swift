/// What a line says, before anybody looks at processes.
enum LineReading: Sendable {
    /// So many lines, one after the other, with nothing but white space.
    case blank(lines: Int)
    /// A native event.
    case plan(EventPlan)
    /// A Sysmon record that stands for an event.
    case event(SysmonEvent, machine: Int)
    /// A Sysmon record that only tells which pid a GUID belongs to.
    case mention(SysmonMention, machine: Int)
    /// A record that stands for nothing here, and the number of its machine: nil where that does not matter, or for one of
    /// too many machines.
    case skip(SkipReason, machine: Int?)
    /// The line is wrong; the number of its machine, where it is known.
    case fault(LineFault, machine: Int?)

    /// The number of its machine.
    var machine: Int? {
        switch self {
        case .blank, .plan: nil
        case .event(_, let machine), .mention(_, let machine): machine
        case .skip(_, let machine), .fault(_, let machine): machine
        }
    }
}
