import DriverJSON
import JSON
import Messages

/// The calls of the driver for one line, and how many of them were made.
struct EventPlan: Sendable {
    /// The number of its line in its part, from 1; 0 until it is known.
    var line: Int
    let type: DriverEvent
    /// The time of the event according to the recording.
    var time: FileTime?
    /// The calls to make, in order. One that fails ends the plan.
    var calls: [DriverCall]
    /// How many of them were made.
    var made = 0
    /// Whether the queue had room for the next call when it was checked.
    var hasRoom = false
    /// Whether the messages that the last call queued must be sent before the plan continues.
    var isToDrain = false

    /// The next call; nil at the end.
    var next: DriverCall? { made < calls.count ? calls[made] : nil }
}

extension EventPlan {
    /// Reads a native line: an object with `type` and the members of the event's `NativeForm`.
    ///
    /// - Parameters:
    ///   - isHinted: whether faults may name what a misspelled name was probably meant to be.
    ///   - onDeprecated: called for each deprecated name in the line.
    init(
        native bytes: UnsafeRawBufferPointer, isHinted: Bool, onDeprecated: (DeprecatedName) -> Void
    ) throws(LineFault) {
        do throws(JSONFaults) {
            let (type, call) = try JSONDocument.read(
                bytes, maxFaults: 5, maxHints: isHinted ? 5 : 0, onDeprecated: onDeprecated
            ) { value -> (DriverEvent, DriverCall)? in
                guard let name = value.openObject()?.requiredName("type", among: DriverEvent.names),
                    let type = DriverEvent(name: name),
                    let object = value.object(allowing: type.line.native.members),
                    let call = type.line.native.read(object)
                else { return nil }
                return (type, call)
            }
            self.init(line: 0, type: type, time: nil, calls: [call])
        } catch {
            throw .json(error)
        }
    }
}
