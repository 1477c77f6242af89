import CSimdJSON

/// A value at its place in a document that is being read.
///
/// Readers return nil after they have recorded a fault at this place. Not to be kept beyond the `body` of
/// `JSONDocument.read`, nor used on another thread.
public struct JSONValue {
    let document: Document
    let index: Int

    /// The types of JSON; a number that is written without fraction and exponent is an `integer`.
    public enum Kind: String, Sendable {
        /// Braces.
        case object
        /// Brackets.
        case array
        /// Text in quotes.
        case string
        /// Digits, of any size.
        case integer
        /// Digits with a fraction or an exponent.
        case number
        /// `true` or `false`.
        case bool
        /// `null`.
        case null

        init(_ kind: csj_kind) {
            switch kind {
            case .object: self = .object
            case .array: self = .array
            case .string: self = .string
            case .integer: self = .integer
            case .number: self = .number
            case .true, .false: self = .bool
            case .null: self = .null
            }
        }
    }

    var node: csj_node { document[index] }

    /// What is written here.
    public var kind: Kind { Kind(node.kind) }

    /// Whether this is `null`.
    public var isNull: Bool { node.kind == .null }

    /// The JSON pointer of this place.
    public var pointer: String { document.pointer(to: index) }

    /// Records a fault at this place; `detail` is a phrase without a full stop.
    public func fault(_ detail: String) {
        document.fault(detail, at: index)
    }

    /// An object with no other members than `members`; others, and members that occur twice, are faults.
    public func object(allowing members: [StaticString]) -> JSONObject? {
        guard let object = container(.object, "an object") else { return nil }
        var seen = Set<Int>(minimumCapacity: 0)
        var mask: UInt64 = 0
        for child in document.children(of: index) {
            let node = document[child]
            guard let place = members.firstIndex(where: { node.isNamed($0) }) else {
                document.fault("unknown member", at: child)
                continue
            }
            let isFirst: Bool
            if place < 64 {
                isFirst = mask & (1 << UInt64(place)) == 0
                mask |= 1 << UInt64(place)
            } else {
                isFirst = seen.insert(place).inserted
            }
            if !isFirst { document.fault("duplicate member", at: child) }
        }
        return JSONObject(document: document, index: object, isOpen: false)
    }

    /// An object whose other members do not matter. One that is looked up and occurs twice is a fault.
    public func openObject() -> JSONObject? {
        container(.object, "an object").map { JSONObject(document: document, index: $0, isOpen: true) }
    }

    /// The elements of an array of at most `maxCount`.
    public func array(maxCount: Int) -> [JSONValue]? {
        guard container(.array, "an array") != nil else { return nil }
        guard Int(node.length) <= maxCount else {
            fault("has \(node.length) elements, at most \(maxCount) are allowed")
            return nil
        }
        return document.children(of: index).map { JSONValue(document: document, index: $0) }
    }

    func container(_ kind: csj_kind, _ expected: String) -> Int? {
        guard node.kind == kind else {
            fault("expected \(expected)")
            return nil
        }
        return index
    }
}
