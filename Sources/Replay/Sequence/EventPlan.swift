import Messages

/// The types of event, as native lines name them.
enum EventType: String, CaseIterable, Sendable {
    case processCreate
    case processExit
    case threadCreate
    case threadExit
    case imageLoad
    case driverLoad
    case setRules
    case streamContext
}

/// What one line has the driver do, and how far that has come.
struct EventPlan: Sendable {
    /// The number of its line in its part, from 1; 0 before it has its place.
    var line: Int
    let type: EventType
    /// When it happened, as the recording says.
    var time: FileTime?
    /// The calls to make, in order. One that fails ends the plan.
    var calls: [DriverCall]
    /// How many of them were made.
    var made = 0
    /// Whether the queue was seen to have room for the next one.
    var hasRoom = false
    /// Whether what the last one queued is to be sent before the plan goes on.
    var isToDrain = false

    /// The call that comes next; nil at the end.
    var next: DriverCall? { made < calls.count ? calls[made] : nil }
}
