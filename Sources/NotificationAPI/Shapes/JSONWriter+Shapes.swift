import Driver
import JSON
import Messages

// Pieces that several answers have.
extension JSONWriter {
    /// A process as an answer refers to it; no creation time is null.
    mutating func member(reference name: StaticString, _ process: AuxPidCreationTime) {
        member(name) { json in
            json.object { json in
                json.member("processId", process.processId)
                if process.creationTime == .none {
                    json.memberNull("creationTime")
                } else {
                    json.member("creationTime", process.creationTime.rfc3339)
                }
            }
        }
    }

    /// A rule or flag word: its names, and its mask.
    mutating func member<Word: NamedBits>(_ name: StaticString, mask maskName: StaticString, _ word: Word) {
        member(name) { json in
            json.array { json in
                for name in word.names { json.value(name) }
            }
        }
        member(maskName, word.mask)
    }

    /// An array with one element for each of `values`.
    mutating func member<Values: Sequence>(
        _ name: StaticString, each values: Values, _ write: (inout JSONWriter, Values.Element) -> Void
    ) {
        member(name) { json in
            json.array { json in
                for value in values { write(&json, value) }
            }
        }
    }

    /// A page of a list.
    mutating func page<Values: Sequence>(
        _ items: Values, next: String?, _ write: (inout JSONWriter, Values.Element) -> Void
    ) {
        object { json in
            json.member("items", each: items, write)
            if let next { json.member("next", next) }
        }
    }
}
