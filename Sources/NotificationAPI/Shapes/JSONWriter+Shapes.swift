import Driver
import JSON

// Parts that several answers have in common.
extension JSONWriter {
    /// Writes a rule or flag word as two members: its names and its mask.
    mutating func member<Word: NamedBits>(_ name: StaticString, mask maskName: StaticString, _ word: Word) {
        member(name) { json in
            json.array { json in
                for name in word.names { json.value(name) }
            }
        }
        member(maskName, word.mask)
    }

    /// Writes a short list as a single page.
    mutating func singlePage<Values: Sequence>(
        _ items: Values, _ write: (inout JSONWriter, Values.Element) -> Void
    ) {
        object { $0.member("items", each: items, write) }
    }
}
