public import Driver
public import JSON

extension JSONWriter {
    /// Writes a rule or flag word as two members: its names and its mask.
    public mutating func member<Word: NamedBits>(_ name: StaticString, mask maskName: StaticString, _ word: Word) {
        member(name) { json in
            json.array { json in
                for name in word.names { json.value(name) }
            }
        }
        member(maskName, hex: UInt64(word.rawValue), digits: 8)
    }
}
