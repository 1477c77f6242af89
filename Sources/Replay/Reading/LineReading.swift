/// The content of a line, before its processes are looked up.
enum LineReading: Sendable {
    /// Successive lines that contain only white space.
    case blank(lines: Int)
    /// A native event.
    case plan(EventPlan)
    /// A Sysmon record that becomes an event.
    case event(SysmonEvent, machine: Int)
    /// A Sysmon record that is only used for the pids of its GUIDs.
    case mention(SysmonMention, machine: Int)
    /// A record that is not applied, with the number of its machine: nil if that does not matter, or if there are too many
    /// machines.
    case skip(SkipReason, machine: Int?)
    /// A rejected line, with the number of its machine if that is known.
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
