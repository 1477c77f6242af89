import JSON
import Testing

/// Reads a document to the end, each value with the reader of its kind.
func visit(_ value: JSONValue) -> Int? {
    switch value.kind {
    case .object:
        return value.dictionary(maxCount: .max)?.reduce(1) { $0 + (visit($1.value) ?? 0) }
    case .array:
        return value.array(maxCount: .max)?.reduce(1) { $0 + (visit($1) ?? 0) }
    case .string: return value.string().map { _ in 1 }
    case .integer: return value.integer(in: .min ... .max).map { _ in 1 }
    case .bool: return value.bool().map { _ in 1 }
    case .number, .null: return 1
    }
}

/// The faults of `text` after every value in it was visited.
func faults(in bytes: [UInt8], maxDepth: Int = 64) -> [JSONFault] {
    do throws(JSONFaults) {
        _ = try JSONDocument.read(bytes, maxDepth: maxDepth, visit)
        return []
    } catch {
        return error.faults
    }
}

func faults(in text: String, maxDepth: Int = 64) -> [JSONFault] {
    faults(in: Array(text.utf8), maxDepth: maxDepth)
}

@Suite struct JSONSyntaxTests {
    static let valid = #"""
        {"processId": 584, "name": "C:\\Windows\\é\u00e9\ud83d\ude00\"", "n": [-0, 1.5e+3, 18446744073709551615, []],
         "o": {"t": true, "f": false, "z": null, "e": {}}}
        """#

    @Test(arguments: [
        ("", "the document is empty"),
        (" \r\n\t", "the document is empty"),
        ("{", "the document ends early, at byte 1"),
        ("[", "the document ends early, at byte 1"),
        ("{\"a\"", "the document ends early, at byte 4"),
        ("{\"a\":", "the document ends early, at byte 5"),
        ("[1,", "the document ends early, at byte 3"),
        ("}", "expected a value at byte 0, not \"}\""),
        ("[1,]", "expected a value at byte 3, not \"]\"; remove the comma before it"),
        ("[,1]", "expected a value at byte 1, not \",\""),
        ("{\"a\":}", "expected a value at byte 5, not \"}\""),
        ("tru", "expected a value at byte 0, not \"tru\"; did you mean true?"),
        ("[truE]", "expected a value at byte 1, not \"truE\"; did you mean true?"),
        ("nullx", "expected a value at byte 0, not \"nullx\"; did you mean null?"),
        ("NaN", "expected a value at byte 0, not \"NaN\""),
        ("+1", "expected a value at byte 0, not \"+\""),
        (".5", "expected a value at byte 0, not \".\""),
        ("'a'", "expected a value at byte 0, not \"'\"; use double quotes"),
        ("/* */ 1", "expected a value at byte 0, not \"/\""),
        ("\u{A0}1", "expected a value at byte 0"),
        ("[1,\\\"a]", "expected a value at byte 3, not \"\\\""),
        ("{a:1}", "expected a member name in quotes at byte 1, not \"a\""),
        ("{1:1}", "expected a member name in quotes at byte 1, not \"1\""),
        ("{\"a\":1,}", "expected a member name in quotes at byte 7, not \"}\"; remove the comma before it"),
        ("{\"a\" 1}", "expected \":\" at byte 5, not \"1\""),
        ("{\"a\",1}", "expected \":\" at byte 4, not \",\""),
        ("[1 2]", "expected \",\" or a closing bracket at byte 3, not \"2\""),
        ("[1}", "expected \",\" or a closing bracket at byte 2, not \"}\""),
        ("{\"a\":1]", "expected \",\" or a closing bracket at byte 6, not \"]\""),
        ("[\"a\"b]", "expected \",\" or a closing bracket at byte 4, not \"b\""),
        ("{} {}", "unexpected content after the document at byte 3"),
        ("1,", "unexpected content after the document at byte 1"),
        ("[]]", "unexpected content after the document at byte 2"),
        ("\"a\"\"b\"", "unexpected content after the document at byte 3"),
        ("\"a", "the string that starts at byte 0 has no end"),
        ("[\"a\\\"]", "the string that starts at byte 1 has no end; write \\\\ for a backslash before a quote"),
        ("[\"a\n\"]", "unescaped control character in a string at byte 3; write \\n instead"),
        ("[\"a\u{0}\"]", "unescaped control character in a string at byte 3; write \\u0000 instead"),
        ("[\"\\x\"]", "invalid escape \\x in a string at byte 2; write \\\\ for a backslash"),
        ("[\"ab\\u12g4\"]", "invalid escape \\u in a string at byte 4; write \\\\ for a backslash"),
        ("[\"\\u123\"]", "invalid escape \\u in a string at byte 2; write \\\\ for a backslash"),
        ("\"\\ud800\"", "lone surrogate in a string at byte 1"),
        ("\"\\udc00\"", "lone surrogate in a string at byte 1"),
        ("\"\\ude00\\ude00\"", "lone surrogate in a string at byte 1"),
        ("\"\\ude00\\ud83d\"", "lone surrogate in a string at byte 1"),
        ("\"\\ud800\\u0041\"", "lone surrogate in a string at byte 1"),
        ("\"\\ud800\\ud800\"", "lone surrogate in a string at byte 1"),
        ("\"\\ud83d\\ude00\\ude00\"", "lone surrogate in a string at byte 13"),
        ("{\"\\ud800\":1}", "lone surrogate in a string at byte 2"),
        ("01", "invalid number at byte 0"),
        ("[-]", "invalid number at byte 1"),
        ("[1.]", "invalid number at byte 1"),
        ("[1e]", "invalid number at byte 1"),
        ("[1e+]", "invalid number at byte 1"),
        ("[1.e3]", "invalid number at byte 1"),
        ("[-01]", "invalid number at byte 1"),
        ("[0x10]", "invalid number at byte 1; put hex numbers in quotes"),
        ("[1a]", "invalid number at byte 1"),
        ("[12\"a,b\"]", "invalid number at byte 1"),
        ("[1\u{0}]", "invalid number at byte 1"),
        ("\u{FEFF}{}", "a byte order mark is not allowed, found one at byte 0"),
    ])
    func `text that is not JSON is one fault that names the byte`(text: String, detail: String) {
        #expect(faults(in: text) == [JSONFault(pointer: "", detail: detail)])
    }

    @Test(
        arguments: [
            ([0xFF], 0), ([0x22, 0x80, 0x22], 1), ([0x22, 0xC0, 0x80, 0x22], 1), ([0x22, 0xED, 0xA0, 0x80, 0x22], 1),
            ([0x22, 0x41, 0xF4, 0x90, 0x80, 0x80, 0x22], 2), ([0x22, 0xE2, 0x82, 0x22], 1),
            ([0x5B, 0xF0, 0x9F, 0x98], 1),
            ([0x22, 0xF0, 0x80, 0x80, 0x80, 0x22], 1), ([0x22, 0xE0, 0x80, 0x80, 0x22], 1), ([0x22, 0xF8, 0x22], 1),
        ] as [([UInt8], Int)])
    func `invalid UTF-8 is a fault at its byte`(bytes: [UInt8], offset: Int) {
        #expect(faults(in: bytes) == [JSONFault(pointer: "", detail: "invalid UTF-8 at byte \(offset)")])
    }

    @Test(arguments: [("[1,\n]", 4), ("", 0), ("{} {}", 3), ("[\"\\x\"]", 2), ("[", 1)] as [(String, Int)])
    func `the fault of a text that is not JSON has its byte as a number too`(text: String, offset: Int) {
        #expect { try JSONDocument.read(Array(text.utf8), visit) } throws: { ($0 as? JSONFaults)?.offset == offset }
        #expect { try JSONDocument.read(Array("[1.5]".utf8)) { $0.bool() } } throws: {
            ($0 as? JSONFaults)?.offset == nil
        }
    }

    @Test func `every proper prefix of an object is refused`() {
        let bytes = Array(Self.valid.utf8)
        #expect(faults(in: bytes) == [JSONFault(pointer: "/n/2", detail: outOfInt64 + ", not 18446744073709551615")])
        for count in bytes.indices {
            let found = faults(in: Array(bytes[..<count]))
            #expect(found.count == 1 && found[0].pointer.isEmpty, "\(count) bytes")
        }
    }

    @Test func `a changed byte leads only to a value or to faults`() {
        var bytes = Array(Self.valid.utf8)
        var accepted = 0
        for place in bytes.indices {
            let original = bytes[place]
            for byte in UInt8.min...UInt8.max where byte != original {
                bytes[place] = byte
                let found = faults(in: bytes)
                if found.allSatisfy({ !$0.pointer.isEmpty }) { accepted += 1 }
                #expect(found.count <= 4)
            }
            bytes[place] = original
        }
        #expect(accepted > bytes.count)
    }

    @Test func `containers may be nested up to the limit`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(faults(in: nested(64)).isEmpty)
        #expect(faults(in: nested(65)) == [JSONFault(pointer: "", detail: "more than 64 levels deep at byte 64")])
        #expect(faults(in: nested(10_000)).count == 1)
        #expect(faults(in: String(repeating: "[", count: 10_000)).count == 1)
        #expect(faults(in: String(repeating: "{\"a\":", count: 10_000)).count == 1)
        #expect(faults(in: "1", maxDepth: 0).isEmpty)
        #expect(faults(in: "[]", maxDepth: 0).count == 1)
        #expect(faults(in: nested(5000), maxDepth: .max).isEmpty)
    }

    @Test func `white space is allowed around every token`() throws {
        let text = " \r\n\t{ \"a\" \n:\t[ 1 , \"b \" ,null ] , \"c\" : { } }\n "
        #expect(try JSONDocument.read(Array(text.utf8), visit) == 6)
    }

    @Test func `a large document after a small one is read completely`() throws {
        for count in [1, 100, 100_000, 10] {
            let text = "[" + Array(repeating: "\"\\u00e9\",7", count: count).joined(separator: ",") + "]"
            let last = try JSONDocument.read(Array(text.utf8)) { root -> [String?]? in
                root.array(maxCount: .max).map { [$0.first?.string(), $0.dropLast().last?.string(), "\($0.count)"] }
            }
            #expect(last == ["é", "é", "\(count * 2)"])
        }
    }
}

let outOfInt64 = "must be an integer from -9223372036854775808 to 9223372036854775807"
