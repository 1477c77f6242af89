import JSON

/// A document as its readers return it. Text is compared by its bytes: "é" in two spellings is two different texts.
enum Tree: Equatable {
    struct Member: Equatable {
        let name: [UInt8]
        let value: Tree
    }

    case object([Member])
    case array([Tree])
    case text([UInt8])
    /// An integer of at most 64 bits with a sign; 1.0 and 1e0 are integers too.
    case integer(Int128)
    /// A larger integer, which no reader returns.
    case wide
    /// Another number with a fraction or an exponent, which no reader returns.
    case fraction
    case bool(Bool)
    case null

    /// The fault of a text that contains a NUL.
    static let nul = "contains a NUL"

    /// Nil after a fault: a text with a NUL.
    init?(_ value: JSONValue) {
        switch value.kind {
        case .object:
            guard let object = value.openObject() else { return nil }
            let members = object.map { (name, value) in Tree(value).map { Member(name: Array(name.utf8), value: $0) } }
            guard !members.contains(nil) else { return nil }
            self = .object(members.compactMap(\.self))
        case .array:
            guard let elements = value.array(maxCount: .max)?.map({ Tree($0) }), !elements.contains(nil) else {
                return nil
            }
            self = .array(elements.compactMap(\.self))
        case .string:
            guard let text = value.string(maxUTF16: .max) else { return nil }
            self = .text(Array(text.utf8))
        case .integer: self = value.integer(as: Int128.self).map { .integer($0) } ?? .wide
        case .number: self = value.integer(as: Int128.self).map { .integer($0) } ?? .fraction
        case .bool:
            guard let flag = value.bool() else { return nil }
            self = .bool(flag)
        case .null: self = .null
        }
    }

    var isObject: Bool {
        if case .object = self { true } else { false }
    }

    func write(to json: inout JSONWriter) {
        switch self {
        case .object(let members):
            json.object { json in
                for member in members {
                    json.member(key: String(decoding: member.name, as: UTF8.self)) { member.value.write(to: &$0) }
                }
            }
        case .array(let elements):
            json.array { json in
                for element in elements { element.write(to: &json) }
            }
        case .text(let text): json.value(String(decoding: text, as: UTF8.self))
        case .integer(let number):
            if let number = UInt64(exactly: number) {
                json.value(number)
            } else if let number = Int64(exactly: number) {
                json.value(number)
            } else {
                json.value(json: Array(String(number).utf8))
            }
        case .wide: json.value(json: Array("123456789012345678901".utf8))
        case .fraction: json.value(json: Array("0.5".utf8))
        case .bool(let flag): json.value(flag)
        case .null: json.null()
        }
    }
}
