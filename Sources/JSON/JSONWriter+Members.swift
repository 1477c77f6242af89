extension JSONWriter {
    /// Writes a member whose value `body` writes; `null` if it writes none.
    public mutating func member(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        member({ $0.quote(name) }, body)
    }

    /// Writes a member that is a string.
    public mutating func member(_ name: StaticString, _ text: String) {
        member(name) { $0.value(text) }
    }

    /// Writes a member that is a string.
    public mutating func member(_ name: StaticString, _ text: Substring) {
        member(name) { $0.value(text) }
    }

    /// Writes a member that is a string.
    public mutating func member(_ name: StaticString, _ text: StaticString) {
        member(name) { $0.value(text) }
    }

    /// Writes a member that is `true` or `false`.
    public mutating func member(_ name: StaticString, _ flag: Bool) {
        member(name) { $0.value(flag) }
    }

    /// Writes a member that is an integer of up to 64 bits.
    @inlinable
    public mutating func member(_ name: StaticString, _ integer: some FixedWidthInteger) {
        member(name) { $0.value(integer) }
    }

    /// Writes a member that is `null`.
    public mutating func memberNull(_ name: StaticString) {
        member(name) { $0.null() }
    }

    /// Writes a member that is `"0x..."`: lower case, padded with zeros to `digits`.
    public mutating func member(_ name: StaticString, hex number: UInt64, digits: Int = 1) {
        member(name) { $0.hex(number, digits: digits) }
    }

    /// Writes a member that is an array with one element for each of `values`.
    public mutating func member<Values: Sequence>(
        _ name: StaticString, each values: Values, _ write: (inout JSONWriter, Values.Element) -> Void
    ) {
        member(name) { json in
            json.array { json in
                for value in values { write(&json, value) }
            }
        }
    }

    /// Writes a member that is an array with elements for the first of `values`: as many as keep the whole text within
    /// `limit` bytes, but at least `least`. Returns their number.
    public mutating func member<Values: Sequence>(
        _ name: StaticString, each values: Values, within limit: Int, atLeast least: Int = 1,
        _ write: (inout JSONWriter, Values.Element) -> Void
    ) -> Int {
        var count = 0
        member(name) { json in
            count = json.array(of: values, within: limit, atLeast: least, write)
        }
        return count
    }

    /// Writes an array with elements for the first of `values`: as many as keep the whole text, without the end of the array,
    /// within `limit` bytes, but at least `least`. Returns their number.
    public mutating func array<Values: Sequence>(
        of values: Values, within limit: Int, atLeast least: Int = 1,
        _ write: (inout JSONWriter, Values.Element) -> Void
    ) -> Int {
        var count = 0
        array { json in
            for value in values {
                let (end, needsComma) = (json.bytes.count, json.needsComma)
                write(&json, value)
                if json.bytes.count > limit, count >= least {
                    json.bytes.removeLast(json.bytes.count - end)
                    json.needsComma = needsComma
                    break
                }
                count += 1
            }
        }
        return count
    }

    /// Writes a member whose value is already JSON.
    public mutating func member(_ name: StaticString, json: [UInt8]) {
        member(name) { $0.value(json: json) }
    }

    /// Writes a member whose name is data; `body` writes its value.
    public mutating func member(key: String, _ body: (inout JSONWriter) -> Void) {
        member({ $0.quote(key) }, body)
    }

    /// Writes a member whose name is data and whose value is a string.
    public mutating func member(key: String, _ text: String) {
        member(key: key) { $0.value(text) }
    }

    /// Writes a member whose name is data and whose value is an integer of up to 64 bits.
    @inlinable
    public mutating func member(key: String, _ integer: some FixedWidthInteger) {
        member(key: key) { $0.value(integer) }
    }
}
