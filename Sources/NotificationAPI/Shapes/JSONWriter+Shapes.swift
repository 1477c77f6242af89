import Driver
import JSON

// Pieces that several answers have.
extension JSONWriter {
    /// A rule or flag word: its names, and its mask.
    mutating func member<Word: NamedBits>(_ name: StaticString, mask maskName: StaticString, _ word: Word) {
        member(name) { json in
            json.array { json in
                for name in word.names { json.value(name) }
            }
        }
        member(maskName, word.mask)
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
