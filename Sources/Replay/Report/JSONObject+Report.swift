import JSON

// Members of a report. A member that is missing or has another type is a fault, and then the report cannot be read.
extension JSONObject {
    /// A number of things.
    func count(_ name: StaticString) -> Int { required(name) { $0.count() } ?? 0 }

    /// A number of things; 0 if it is missing.
    func optionalCount(_ name: StaticString) -> Int { self[name] == nil ? 0 : count(name) }

    /// A number of 64 bits.
    func number(_ name: StaticString) -> UInt64 { required(name) { $0.unsigned(in: 0...UInt64.max) } ?? 0 }

    /// Numbers of things, by name.
    func counts(_ name: StaticString) -> [String: Int] { required(name) { $0.counts() } ?? [:] }

    /// A string of any length.
    func text(_ name: StaticString) -> String { required(name) { $0.string(maxUTF16: .max) } ?? "" }

    /// A string of any length; nil if it is missing.
    func optionalText(_ name: StaticString) -> String? { optional(name) { $0.string(maxUTF16: .max) } }

    /// An array of strings.
    func texts(_ name: StaticString) -> [String] {
        let elements = required(name) { $0.array(maxCount: .max) } ?? []
        return elements.compactMap { $0.string(maxUTF16: .max) }
    }

    /// An array of objects.
    func each<Element>(_ name: StaticString, _ read: (JSONObject) -> Element) -> [Element] {
        let elements = required(name) { $0.array(maxCount: .max) } ?? []
        return elements.compactMap { $0.openObject().map(read) }
    }

    /// An array of objects; empty if it is missing.
    func eachIfPresent<Element>(_ name: StaticString, _ read: (JSONObject) -> Element) -> [Element] {
        self[name] == nil ? [] : each(name, read)
    }
}

extension JSONValue {
    fileprivate func count() -> Int? { integer(in: 0...Int64.max).map(Int.init) }

    func counts() -> [String: Int]? {
        dictionary(maxCount: 1000)?.reduce(into: [:]) { counts, member in counts[member.name] = member.value.count() }
    }
}
