import JSON

/// Parts of a JSON Schema, as JSON.
enum SchemaNode {
    /// An object with only these members.
    static func object(
        _ properties: [(String, JSONTree)], required: [String] = [], more: [JSONTree.Member] = []
    ) -> JSONTree {
        .object(
            [
                .init("type", .string("object")), .init("additionalProperties", .bool(false)),
                .init("properties", .object(properties.map { .init($0.0, $0.1) })),
            ] + (required.isEmpty ? [] : [.init("required", texts(required))]) + more)
    }

    /// A list of texts.
    static func texts(_ texts: [String]) -> JSONTree { .array(texts.map { .string($0) }) }

    /// A reference to a definition.
    static func ref(_ name: String) -> JSONTree { .object([.init("$ref", .string("#/$defs/\(name)"))]) }

    /// Any of these.
    static func any(_ schemas: [JSONTree]) -> JSONTree {
        schemas.count == 1 ? schemas[0] : .object([.init("anyOf", .array(schemas))])
    }

    /// `then` for values that `condition` accepts, `otherwise` for others. Unlike with `anyOf`, validators name the fault inside.
    static func when(_ condition: JSONTree, _ then: JSONTree, otherwise: JSONTree) -> JSONTree {
        .object([.init("if", condition), .init("then", then), .init("else", otherwise)])
    }

    /// `then` for values of this type, `otherwise` for others.
    static func whenType(_ type: String, _ then: JSONTree, otherwise: JSONTree) -> JSONTree {
        when(.object([.init("type", .string(type))]), then, otherwise: otherwise)
    }

    /// Accepts objects that have one of the members.
    static func has(_ names: String...) -> JSONTree {
        any(names.map { .object([.init("required", texts([$0]))]) })
    }

    /// The schema, or a text that is nothing but a variable.
    static func orVariable(_ schema: JSONTree) -> JSONTree { any([schema, ref("variable")]) }

    /// A schema with a description.
    static func described(_ description: String, _ schema: JSONTree) -> JSONTree {
        guard case .object(let members) = schema else { return schema }
        return .object([.init("description", .string(description))] + members)
    }

    // MARK: - Scalars

    /// A text.
    static let text: JSONTree = .object([.init("type", .string("string"))])

    /// A text that is not empty.
    static let name: JSONTree = .object([.init("type", .string("string")), .init("minLength", .integer(1))])

    /// A text that matches `pattern`.
    static func text(matching pattern: String) -> JSONTree {
        .object([.init("type", .string("string")), .init("pattern", .string(pattern))])
    }

    /// A text that matches `pattern`, or one with a variable.
    static func textOrVariable(matching pattern: String) -> JSONTree {
        any([text(matching: pattern), ref("variableText")])
    }

    /// A boolean.
    static let boolean = orVariable(.object([.init("type", .string("boolean"))]))

    /// `true`.
    static let yes = orVariable(.object([.init("const", .bool(true))]))

    /// An integer.
    static func integer(in range: ClosedRange<some FixedWidthInteger>) -> JSONTree {
        orVariable(plainInteger(in: range))
    }

    static func plainInteger(in range: ClosedRange<some FixedWidthInteger>) -> JSONTree {
        .object([
            .init("type", .string("integer")), .init("minimum", .integer(range.lowerBound)),
            .init("maximum", .integer(range.upperBound)),
        ])
    }

    /// A number as an integer, or as a text in hex.
    static func hex(_ most: UInt64) -> JSONTree {
        any([plainInteger(in: 0...most), text(matching: "^0x[0-9a-fA-F]{1,16}$"), ref("variable")])
    }

    /// One of a few names, or a text with a variable.
    static func choice(_ names: [String]) -> JSONTree {
        any([.object([.init("enum", texts(names))]), ref("variableText")])
    }

    /// A list.
    static func list(_ items: JSONTree, least: Int = 0, most: Int? = nil) -> JSONTree {
        whenType("string", ref("variable"), otherwise: plainList(items, least: least, most: most))
    }

    static func plainList(_ items: JSONTree, least: Int = 0, most: Int? = nil) -> JSONTree {
        var members: [JSONTree.Member] = [.init("type", .string("array")), .init("items", items)]
        if least > 0 { members.append(.init("minItems", .integer(least))) }
        if let most { members.append(.init("maxItems", .integer(most))) }
        return .object(members)
    }

    /// A mapping with any names.
    static func mapping(of values: JSONTree, names: String? = nil, least: Int = 0, most: Int? = nil) -> JSONTree {
        var members: [JSONTree.Member] = [
            .init("type", .string("object")), .init("additionalProperties", values),
        ]
        if let names { members.append(.init("propertyNames", .object([.init("pattern", .string(names))]))) }
        if least > 0 { members.append(.init("minProperties", .integer(least))) }
        if let most { members.append(.init("maxProperties", .integer(most))) }
        return .object(members)
    }

    /// A rule or flag word: names and masks in a list, or one mask.
    static func word(_ names: [String]) -> JSONTree {
        let bit = any([
            .object([.init("enum", texts(names))]), text(matching: "^0x[0-9a-fA-F]{1,8}$"), ref("variableText"),
        ])
        return whenType("array", plainList(bit, most: 64), otherwise: hex(UInt64(UInt32.max)))
    }
}
