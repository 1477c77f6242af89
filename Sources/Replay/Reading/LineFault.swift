import Driver
import JSON

/// Why a line cannot be applied.
enum LineFault: Error {
    /// The fault of a member of a record, as clients see it.
    enum Problem: String {
        case missing = "is missing"
        case notText = "must be a string"
        case nul = "contains a NUL"
        case tooLong = "has more than 32766 UTF-16 units"
        case tooLongName = "has more than 255 bytes"
        case notAnId = "must be a number from 0 to 4294967295"
        case notAnAddress = "must be a hex number of 64 bits"
        case notAGUID = "must be a GUID"
        case idleProcess = "is 0, which is not the id of a process"
        case notAnObject = "must be a JSON object"
    }

    /// Not JSON, or not a valid native line.
    case json(JSONFaults)
    /// The line has more bytes than allowed.
    case tooLong(maxBytes: Int)
    /// A member of a record is missing or invalid.
    case member(StaticString, Problem)
    /// The driver refused the event.
    case driver(DriverError)
    /// The clock of the host was not changed.
    case clock(ClockRefusal)
    /// The service stops: the rest of the upload is not applied.
    case stopping

    /// The fault in words, of at most about 500 characters.
    var detail: String {
        switch self {
        case .json(let faults): faults.detail
        case .tooLong(let maxBytes): "the line is longer than \(maxBytes) bytes"
        case .member(let name, let problem): "\(name) \(problem.rawValue)"
        case .driver(let error): error.description
        case .clock(let refusal): refusal.rawValue
        case .stopping: "the service is stopping: nothing was applied from this line on"
        }
    }
}

extension JSONFaults {
    /// All faults in one phrase, cut because a pointer may be as long as the line.
    fileprivate var detail: String {
        let text = description
        return text.utf8.count <= 500 ? text : text.prefix(500) + "…"
    }
}
