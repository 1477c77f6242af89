extension JSONWriter {
    /// Writes a member whose value `body` writes; `null` if it writes none.
    @inlinable
    public mutating func member(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        begin(member: name)
        let start = bytes.count
        body(&self)
        if bytes.count == start { null() }
    }

    /// Writes a member that is a string.
    public mutating func member(_ name: StaticString, _ text: String) {
        begin(member: name)
        value(text)
    }

    /// Writes a member that is a string.
    public mutating func member(_ name: StaticString, _ text: Substring) {
        begin(member: name)
        value(text)
    }

    /// Writes a member that is a string.
    public mutating func member(_ name: StaticString, _ text: StaticString) {
        begin(member: name)
        value(text)
    }

    /// Writes a member that is `true` or `false`.
    public mutating func member(_ name: StaticString, _ flag: Bool) {
        begin(member: name)
        value(flag)
    }

    /// Writes a member that is an integer of up to 64 bits.
    @inlinable
    public mutating func member(_ name: StaticString, _ integer: some FixedWidthInteger) {
        begin(member: name)
        value(integer)
    }

    /// Writes a member that is `null`.
    public mutating func memberNull(_ name: StaticString) {
        begin(member: name)
        null()
    }

    /// Writes a member that is `"0x..."`: lower case, padded with zeros to `digits`, at most 16.
    public mutating func member(_ name: StaticString, hex number: UInt64, digits: Int = 1) {
        begin(member: name)
        hex(number, digits: digits)
    }

    /// Writes a member that is an array with one element for each of `values`.
    @inlinable
    public mutating func member<Values: Sequence>(
        _ name: StaticString, each values: Values, _ write: (inout JSONWriter, Values.Element) -> Void
    ) {
        begin(member: name)
        array { json in
            for value in values { write(&json, value) }
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
        begin(member: name)
        value(json: json)
    }

    /// Writes a member whose name is data; `body` writes its value, or `null` is written.
    @inlinable
    public mutating func member(key: String, _ body: (inout JSONWriter) -> Void) {
        begin(key: key)
        let start = bytes.count
        body(&self)
        if bytes.count == start { null() }
    }

    /// Writes a member whose name is data and whose value is a string.
    public mutating func member(key: String, _ text: String) {
        begin(key: key)
        value(text)
    }

    /// Writes a member whose name is data and whose value is an integer of up to 64 bits.
    @inlinable
    public mutating func member(key: String, _ integer: some FixedWidthInteger) {
        begin(key: key)
        value(integer)
    }

    @usableFromInline
    mutating func begin(member name: StaticString) { self.name(plain: name.bytes) }

    @usableFromInline
    mutating func begin(key: String) {
        key.utf8.span.withUnsafeBufferPointer { name($0) }
    }
}
