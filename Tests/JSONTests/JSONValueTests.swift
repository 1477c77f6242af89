import JSON
import Testing

/// The result of `body` for `text`, or the faults.
func read<T: Sendable>(_ text: String, _ body: (JSONValue) -> T?) -> Result<T, JSONFaults> {
    do throws(JSONFaults) {
        return .success(try JSONDocument.read(Array(text.utf8), body))
    } catch {
        return .failure(error)
    }
}

extension Result where Failure == JSONFaults {
    /// `pointer: detail` of each fault.
    var faults: [String] {
        switch self {
        case .success: []
        case .failure(let faults): faults.faults.map { "\($0.pointer): \($0.detail)" }
        }
    }

    var value: Success? { try? get() }
}

@Suite struct JSONValueTests {
    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("4294967295", 4_294_967_295), ("4294967296", nil), ("18446744073709551615", nil),
            ("18446744073709551616", nil), ("1.0", 1), ("1e3", 1000), ("1.5", nil), ("1E400", nil), ("-1", nil),
            ("\"1\"", nil),
            ("null", nil), ("true", nil), ("[]", nil), ("99999999999999999999999999999999999999999999", nil),
        ] as [(String, UInt64?)])
    func `a pid is an integer of 32 bits`(text: String, expected: UInt64?) {
        let result = read("{\"pid\":\(text),\"after\":true}") { root -> UInt64? in
            guard let object = root.object(allowing: ["pid", "after"]) else { return nil }
            #expect(object.required("after") { $0.bool() } == true)
            return object.required("pid") { $0.unsigned(in: 0...0xFFFF_FFFF) }
        }
        #expect(result.value == expected)
        let shown =
            text == "\"1\"" ? "a string" : text == "[]" ? "an array" : text.count > 24 ? "a number of 44 digits" : text
        #expect(
            result.faults == (expected == nil ? ["/pid: must be an integer from 0 to 4294967295, not \(shown)"] : []))
    }

    @Test(
        arguments: [
            ("18446744073709551615", UInt64.max), ("18446744073709551616", nil), ("18446744073709551610", .max - 5),
            ("184467440737095516150", nil), ("-18446744073709551615", nil), ("0", 0), ("-0", 0),
        ] as [(String, UInt64?)])
    func `unsigned integers have 64 bits`(text: String, expected: UInt64?) {
        #expect(read(text) { $0.unsigned(in: 0 ... .max) }.value == expected)
    }

    @Test(
        arguments: [
            ("9223372036854775807", Int64.max), ("9223372036854775808", nil), ("-9223372036854775808", .min),
            ("-9223372036854775809", nil), ("-18446744073709551616", nil), ("-0", 0), ("-1", -1), ("1.5", nil),
        ] as [(String, Int64?)])
    func `signed integers have 64 bits`(text: String, expected: Int64?) {
        #expect(read(text) { $0.integer(in: .min ... .max) }.value == expected)
    }

    @Test(
        arguments: [
            ("0.0", 0), ("-0.0", 0), ("0e9", 0), ("454.0", 454), ("4.54e2", 454), ("4540E-1", 454), ("4.54E+2", 454),
            ("4.54e1", nil), ("0.1", nil), ("1e-1", nil), ("100e-2", 1), ("-2.50e1", -25), ("-0.00", 0),
            ("9223372036854775807.0", .max), ("9223372036854775807.5", nil), ("922337203685477580.7e1", .max),
            ("9223372036854775808.0", nil), ("-9223372036854775808.0", .min), ("1e18", 1_000_000_000_000_000_000),
            ("1e19", nil), ("1e99999999999999999999", nil), ("0e99999999999999999999", 0),
            ("1e-99999999999999999999", nil), ("1e-9223372036854775808", nil),
            ("0.00000000000000000000000000000000001e35", 1),
            ("100000000000000000000000000000000000e-35", 1),
        ] as [(String, Int64?)])
    func `an integer may be written with a fraction of zeros or an exponent, exactly`(text: String, expected: Int64?) {
        #expect(read(text) { $0.integer(in: .min ... .max) }.value == expected)
    }

    @Test func `the ends of a range are part of it`() {
        #expect(read("[1,60000]") { $0.array(maxCount: 2)?.map { $0.integer(in: 1...60_000) } }.value == [1, 60_000])
        #expect(
            read("[0,60001]") { $0.array(maxCount: 2)?.map { $0.integer(in: 1...60_000) } }.faults == [
                "/0: must be an integer from 1 to 60000, not 0", "/1: must be an integer from 1 to 60000, not 60001",
            ])
    }

    @Test(
        arguments: [
            ("\"0x7ffbda8844f0\"", 0x7ffb_da88_44f0), ("\"0x7FFBda8844F0\"", 0x7ffb_da88_44f0), ("\"0x0\"", 0),
            ("\"0xffffffffffffffff\"", .max), ("\"0x0ffffffffffffffff\"", nil), ("\"0x\"", nil), ("\"\"", nil),
            ("\"ff\"", nil), ("\"0X1\"", nil), ("\"0x1g\"", nil), ("\" 0x1\"", nil), ("\"0x1 \"", nil),
            ("\"-0x1\"", nil),
            ("\"0\\u00781\"", 1), ("1024", 1024), ("18446744073709551615", .max), ("18446744073709551616", nil),
            ("-1", nil), ("1024.0", 1024), ("0.5", nil), ("null", nil), ("\"0x\u{661}\"", nil),
        ] as [(String, UInt64?)])
    func `an address is hex in a string or an integer`(text: String, expected: UInt64?) {
        #expect(read(text) { $0.hexOrUnsigned() }.value == expected)
    }

    @Test func `a mask respects its maximum in both spellings`() {
        let result = read(#"["0xffffffff",4294967295,"0x100000000",4294967296]"#) {
            $0.array(maxCount: 4)?.map { $0.hexOrUnsigned(max: 0xFFFF_FFFF) }
        }
        let detail = #"must be an integer or a hex string such as "0x1f", at most 0xffffffff, not"#
        #expect(result.faults == [#"/2: \#(detail) "0x100000000""#, "/3: \(detail) 4294967296"])
    }

    @Test(arguments: [
        (#""""#, ""), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\u20AC\ud83d\uDE00""#, "é€😀"),
        (#""a\u0001b\u007f""#, "a\u{1}b\u{7F}"), (#""\u2028é\uFFFF""#, "\u{2028}é\u{FFFF}"),
        (#""\\u0041\\""#, "\\u0041\\"), ("\"\u{7F}\u{10FFFF}\"", "\u{7F}\u{10FFFF}"),
    ])
    func `escapes are resolved`(text: String, expected: String) {
        #expect(read(text) { $0.string() }.value.map { Array($0.utf8) } == Array(expected.utf8))
    }

    @Test func `a string cannot contain a NUL`() {
        #expect(read(#"{"a":"x\u0000"}"#) { $0.openObject()?["a"]?.string() }.faults == ["/a: contains a NUL"])
        #expect(read(#""\u0000""#) { $0.string() }.faults == [": contains a NUL"])
        #expect(read(#"["\u0000","\u0001"]"#) { $0.array(maxCount: 2)?[1].string() }.value == "\u{1}")
    }

    @Test(arguments: [
        (#""x\u0000\ud83d\ude00""#, "x\0😀"), ("-1.50E+3", "-1.50E+3"), ("007", nil),
        ("18446744073709551616", "18446744073709551616"),
        ("true", nil), ("null", nil), ("[]", nil), ("{}", nil),
    ])
    func `a string and a number have their characters as they are`(text: String, expected: String?) {
        #expect(read(text) { $0.characters }.value == expected)
    }

    @Test(arguments: ["a", "é", "€", "😀", "\\n", "\\ud83d\\ude00"])
    func `the length of a string is counted in UTF-16 units`(unit: String) {
        let width = unit == "😀" || unit.hasPrefix("\\ud") ? 2 : 1
        let longest = String(repeating: unit, count: 32_766 / width)
        #expect(read("\"\(longest)\"") { $0.string()?.utf16.count }.value == 32_766)
        #expect(read("\"\(longest)a\"") { $0.string() }.faults == [": has more than 32766 UTF-16 units"])
        #expect(read("\"a\(longest.dropLast(unit.count))\"") { $0.string() != nil }.value == true)
        #expect(read("\"\(longest)\(longest)\(longest)\(longest)\"") { $0.string() }.faults.count == 1)
    }

    @Test func `a reader refuses every other type`() {
        let all = #"[{},[],"s",1,1.5,true,null]"#
        func accepted<T>(_ reader: (JSONValue) -> T?) -> [Int] {
            var accepted: [Int] = []
            let result = read(all) { root -> Bool? in
                for (place, element) in (root.array(maxCount: 7) ?? []).enumerated() where reader(element) != nil {
                    accepted.append(place)
                }
                return true
            }
            #expect(result.faults.count == 7 - accepted.count)
            return accepted
        }
        #expect(accepted { $0.object(allowing: []) } == [0])
        #expect(accepted { $0.openObject() } == [0])
        #expect(accepted { $0.dictionary(maxCount: 1) } == [0])
        #expect(accepted { $0.array(maxCount: 1) } == [1])
        #expect(accepted { $0.string() } == [2])
        #expect(accepted { $0.integer(in: 0...1) } == [3])
        #expect(accepted { $0.unsigned(in: 0...1) } == [3])
        #expect(accepted { $0.hexOrUnsigned() } == [3])
        #expect(accepted { $0.bool() } == [5])
        let kinds = read(all) { $0.array(maxCount: 7)?.map(\.kind) }.value
        #expect(kinds == [.object, .array, .string, .integer, .number, .bool, .null])
        #expect(read(all) { $0.array(maxCount: 7)?.map(\.isNull) }.value?.filter { $0 }.count == 1)
    }

    enum Reply: String, CaseIterable, Sendable { case acknowledge, deny }

    @Test func `a choice is one of the names`() {
        #expect(read("\"deny\"") { $0.choice(of: Reply.self) }.value == .deny)
        let faults = [
            ("\"Deny\"", "\"Deny\"; did you mean \"deny\"?"), ("\"\"", "\"\""), ("\"allow\"", "\"allow\""), ("1", "1"),
            ("null", "null"),
        ]
        for (text, shown) in faults {
            let result = read(text) { $0.choice(of: Reply.self) }
            #expect(result.faults == [": must be one of \"acknowledge\", \"deny\", not \(shown)"])
        }
    }

    @Test func `an array has at most the allowed number of elements`() {
        #expect(read("[1,2]") { $0.array(maxCount: 2)?.count }.value == 2)
        #expect(read("[]") { $0.array(maxCount: 0)?.count }.value == 0)
        let tooMany = read("[1,2]") { $0.array(maxCount: 1)?.count }
        #expect(tooMany.faults == [": has 2 elements, at most 1 are allowed"])
    }
}
