import Bytes
import CSimdJSON

/// A value and its position in a document that is being read.
///
/// Readers that return nil have recorded a fault at this position. Do not keep a value beyond the `body` of
/// `JSONDocument.read`, and do not use it on another thread.
public struct JSONValue {
    @usableFromInline let document: Document
    @usableFromInline let index: Int

    @usableFromInline
    init(document: Document, index: Int) {
        self.document = document
        self.index = index
    }

    /// The types of JSON; a number without a fraction and an exponent is an `integer`.
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

    /// The type of the value.
    public var kind: Kind { Kind(node.kind) }

    /// The words for types in faults of the document.
    public var words: TypeWords { document.words }

    /// Whether this is `null`.
    public var isNull: Bool { node.kind == .null }

    /// The JSON pointer of the value.
    public var pointer: String { document.pointer(to: index) }

    /// Records a fault at this position; `detail` is a phrase without a period.
    public func fault(_ detail: String) {
        document.fault(detail, at: index)
    }

    /// Records the fault of a wrong name at this position. `detail` is called with whether it may look for the nearest name.
    public func fault(ofName detail: (_ isHinted: Bool) -> String) {
        document.fault(detail(document.takesHint()), at: index)
    }

    /// The value as messages show it beside what was expected: `a string`, `true`, the digits of a short number.
    public var shown: String {
        let node = node
        return switch node.kind {
        case .object: words.object
        case .array: words.array
        case .string: "a \(words.string)"
        case .integer where node.length <= JSONValue.mostDigitsShown,
            .number where node.length <= JSONValue.mostDigitsShown:
            node.textBytes.string
        case .integer, .number: "a number of \(node.length) digits"
        case .true: "true"
        case .false: "false"
        case .null: "null"
        }
    }

    private static let mostDigitsShown = 24

    /// `shown`, but with the text of a string, cut.
    public var quoted: String { text?.quoted() ?? shown }

    /// The text of a string, cut; nil for anything else. For messages.
    public var text: String? { node.kind == .string ? node.textBytes.prefix(256).string : nil }

    /// The whole text of a string, which may contain NULs, or the digits of a number, as written; nil for anything else. For tools
    /// that keep a document as it is.
    public var characters: String? {
        switch node.kind {
        case .string, .integer, .number: node.textBytes.string
        case .object, .array, .true, .false, .null: nil
        }
    }

    /// An object that has only `members`; other members, and members that occur twice, are faults.
    ///
    /// - Parameter members: At most 64 names.
    public func object(allowing members: [StaticString]) -> JSONObject? {
        precondition(members.count <= UInt64.bitWidth, "more names than there are bits to tick them off")
        guard isContainer(.object, words.object) else { return nil }
        var seen: UInt64 = 0
        for child in document.children(of: index) {
            let node = document[child]
            guard let place = members.firstIndex(where: { node.isNamed($0) }) else {
                JSONValue(document: document, index: child).faultUnknownMember(among: members.map { "\($0)" })
                continue
            }
            let bit: UInt64 = 1 << UInt64(place)
            if seen & bit != 0 { document.fault("duplicate member", at: child) }
            seen |= bit
        }
        return JSONObject(document: document, index: index, isOpen: false)
    }

    /// An object whose other members do not matter. It is a fault if a member that is looked up occurs twice.
    public func openObject() -> JSONObject? {
        guard isContainer(.object, words.object) else { return nil }
        return JSONObject(document: document, index: index, isOpen: true)
    }

    /// The elements of an array of at most `maxCount`.
    public func array(maxCount: Int) -> [JSONValue]? {
        guard isContainer(.array, words.array) else { return nil }
        guard Int(node.length) <= maxCount else {
            fault("has \(node.length) elements, at most \(maxCount) are allowed")
            return nil
        }
        return document.children(of: index).map { JSONValue(document: document, index: $0) }
    }

    /// Whether the value is of that kind; if not, records a fault.
    func isContainer(_ kind: csj_kind, _ name: @autoclosure () -> String) -> Bool {
        if node.kind == kind { return true }
        fault("must be \(name()), not \(shown)")
        return false
    }

    /// Records the fault of an unknown member, with the one of `names` that was probably meant.
    public func faultUnknownMember(among names: @autoclosure () -> [String]) {
        fault { isHinted in
            let fault = "unknown member"
            if !isHinted { return fault }
            let names = names()
            let name = node.nameBytes.prefix(256).string
            guard let nearest = names.nearest(to: name) else { return fault + names.listed }
            document.recordCorrection(at: index, .member, nearest)
            return "\(fault); did you mean \(nearest)?"
        }
    }

    /// The name among `names` that is closest to the string; nil for anything else.
    public func nearest(among names: [String]) -> String? {
        text.flatMap(names.nearest)
    }
}
