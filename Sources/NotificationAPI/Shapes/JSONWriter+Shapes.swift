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

    /// A list that is short and never changes, as a page.
    mutating func wholePage<Values: Sequence>(
        _ items: Values, _ write: (inout JSONWriter, Values.Element) -> Void
    ) {
        object { $0.member("items", each: items, write) }
    }
}
