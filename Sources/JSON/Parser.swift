import CSimdJSON

/// The nodes of a parser's document, in document order.
typealias Nodes = UnsafeBufferPointer<csj_node>

/// The owner of one C parser, for one thread at a time.
struct Parser: ~Copyable {
    private let handle: OpaquePointer
    private let isBorrowed: Bool

    /// A new parser; nil if memory runs out.
    init?() {
        guard let handle = csj_parser_create() else { return nil }
        self.handle = handle
        isBorrowed = false
    }

    private init(borrowed handle: OpaquePointer) {
        self.handle = handle
        isBorrowed = true
    }

    /// The calling thread's parser, which is returned to that thread at the end; nil if memory runs out.
    static func borrowed() -> Parser? {
        csj_parser_borrow().map { Parser(borrowed: $0) }
    }

    deinit {
        if isBorrowed {
            csj_parser_give_back(handle)
        } else {
            csj_parser_destroy(handle)
        }
    }

    /// Parses `bytes`. The nodes point into `bytes`, and both must stay valid as long as the nodes are used.
    ///
    /// - Parameter leavesRaw: whether strings keep their escapes until they are `resolve`d; escapes are checked in any
    ///   case.
    func parse(
        _ bytes: UnsafeRawBufferPointer, maxDepth: Int, leavesRaw: Bool = false
    ) throws(JSONFaults) -> Nodes {
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let parse = leavesRaw ? csj_parse_raw : csj_parse
        let outcome = parse(handle, start, bytes.count, UInt32(clamping: maxDepth))
        guard outcome.status == .ok else {
            let detail = outcome.status.detail(at: outcome.offset, in: bytes, maxDepth: maxDepth)
            throw JSONFaults(detail: detail, offset: outcome.offset)
        }
        return Nodes(start: outcome.nodes, count: Int(outcome.count))
    }

    /// The index of the first member of the object at `object` of the last parsed document that is named `name`, byte
    /// for byte.
    func member(_ name: StaticString, of object: Int) -> Int? {
        let start = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        let found = csj_member(handle, UInt32(object), start, name.utf8CodeUnitCount)
        return found == csj_no_node ? nil : Int(found)
    }

    /// Unescapes the string at `index` of the last parsed document.
    func resolve(_ index: Int) -> csj_node { csj_resolve(handle, UInt32(index)) }
}

extension csj_status {
    /// The meaning of the status for a client that sent `bytes`.
    fileprivate func detail(at offset: Int, in bytes: UnsafeRawBufferPointer, maxDepth: Int) -> String {
        switch self {
        case .ok: "no fault"
        case .out_of_memory: "not enough memory to read the document"
        case .too_large: "the document is too large"
        case .empty: "the document is empty"
        case .invalid_utf8: "invalid UTF-8 at byte \(offset)"
        case .control_character:
            "unescaped control character in a string at byte \(offset)" + bytes.escapeHint(at: offset)
        case .unclosed_string: "the string that starts at byte \(offset) has no end" + bytes.endHint(from: offset)
        case .unexpected_end: "the document ends early, at byte \(offset)"
        case .expected_value where bytes[offset...].starts(with: [0xEF, 0xBB, 0xBF]):
            "a byte order mark is not allowed, found one at byte \(offset)"
        case .expected_value: "expected a value at byte \(offset)" + bytes.found(at: offset)
        case .expected_name: "expected a member name in quotes at byte \(offset)" + bytes.found(at: offset)
        case .expected_colon: "expected \":\" at byte \(offset)" + bytes.found(at: offset)
        case .expected_separator: "expected \",\" or a closing bracket at byte \(offset)" + bytes.found(at: offset)
        case .trailing_content: "unexpected content after the document at byte \(offset)"
        case .too_deep: "more than \(maxDepth) levels deep at byte \(offset)"
        case .invalid_escape:
            "invalid escape\(bytes.escape(at: offset)) in a string at byte \(offset); write \\\\ for a backslash"
        case .lone_surrogate: "lone surrogate in a string at byte \(offset)"
        case .invalid_number where bytes[offset...].starts(with: "0x".utf8):
            "invalid number at byte \(offset); put hex numbers in quotes"
        case .invalid_number: "invalid number at byte \(offset)"
        }
    }
}
