/// The members of an object that is being read.
///
/// Looking up a member compares bytes and creates no string.
public struct JSONObject {
    let document: Document
    let index: Int
    /// Whether duplicates have not been checked yet.
    let isOpen: Bool

    /// The object as a value, to record a fault at it.
    public var value: JSONValue { JSONValue(document: document, index: index) }

    /// The member `name`, or nil; `null` is a value. If it occurs twice, the first one counts.
    ///
    /// - Complexity: O(*members*).
    public subscript(name: StaticString) -> JSONValue? {
        var first: Int?
        for child in document.children(of: index) where document[child].isNamed(name) {
            if first == nil {
                first = child
                if !isOpen { break }
            } else {
                document.fault("duplicate member", at: child)
            }
        }
        return first.map { JSONValue(document: document, index: $0) }
    }

    /// The result of `read` for the member `name`; nil without the member, and after a fault.
    ///
    /// - Parameter nullable: Whether `null` counts as a missing member. Otherwise `read` gets it, and the readers
    ///   refuse it.
    @inlinable
    public func optional<T>(_ name: StaticString, nullable: Bool = false, _ read: (JSONValue) -> T?) -> T? {
        guard let value = self[name], !(nullable && value.isNull) else { return nil }
        return read(value)
    }

    /// The result of `read` for the member `name`. A missing member is a fault at the position where it should be.
    @inlinable
    public func required<T>(_ name: StaticString, _ read: (JSONValue) -> T?) -> T? {
        guard let value = self[name] else {
            faultMissing(String(describing: name))
            return nil
        }
        return read(value)
    }

    /// The case of `Choice` that the member `name` names. A missing member is a fault that lists the names.
    public func requiredChoice<Choice>(_ name: StaticString, of type: Choice.Type = Choice.self) -> Choice?
    where Choice: RawRepresentable<String> & CaseIterable {
        requiredName(name, among: Choice.allCases.map(\.rawValue)).flatMap(Choice.init)
    }

    /// The text of the member `name`, which is one of `names`. A missing member is a fault that lists them.
    public func requiredName(_ name: StaticString, among names: @autoclosure () -> [String]) -> String? {
        if let value = self[name] { return value.choice(of: names()) }
        let list = names().map { "\"\($0)\"" }.joined(separator: ", ")
        document.fault("required, but missing: one of \(list)", at: index, missing: String(describing: name))
        return nil
    }

    /// Records a fault for the missing member `name`, at the position where it should be.
    public func faultMissing(_ name: String) {
        document.fault("required, but missing", at: index, missing: name)
    }
}

extension JSONObject: Sequence {
    /// Iterates over the members in document order.
    public struct Iterator: IteratorProtocol {
        let document: Document
        var children: Nodes.Children

        /// The next member.
        public mutating func next() -> (name: String, value: JSONValue)? {
            children.next().map {
                (document[$0].nameBytes.string, JSONValue(document: document, index: $0))
            }
        }
    }

    /// An iterator at the first member.
    public func makeIterator() -> Iterator {
        Iterator(document: document, children: document.children(of: index))
    }
}
