import JSON
import Testing

extension RecordParser {
    func parse(_ text: String) throws -> Record {
        try Array(text.utf8).withUnsafeBytes { try parse($0) }
    }
}

@Suite struct RecordParserTests {
    let parser = RecordParser(maxLineBytes: 64 << 10)

    @Test func `members are found flat and nested`() throws {
        let record = try parser.parse(
            #"""
            {"event_id":8,"event_data":{"SourceProcessId":"584","Image":"C:\\a\\\u00e9.exe"},
             "Event":{"System":{"EventID":"8"}}}
            """#)
        #expect(record["event_id"]?.asUnsigned == 8)
        #expect(record["event_id"]?.asString == "8")
        #expect(record["event_data"]?.object?["SourceProcessId"]?.asUnsigned == 584)
        #expect(record["event_data"]?.object?["Image"]?.asString == #"C:\a\é.exe"#)
        #expect(record["Event"]?.object?["System"]?.object?["EventID"]?.asUnsigned == 8)
        #expect(record["SourceProcessId"] == nil)
        #expect(record["event_data"]?.asString == nil)
        #expect(record["event_data"]?.asUnsigned == nil)
        #expect(record["event_id"]?.object == nil)
    }

    @Test(
        arguments: [
            ("5", 5), ("\"5\"", 5), ("\"18446744073709551615\"", .max), ("18446744073709551615", .max),
            ("\"18446744073709551616\"", nil), ("18446744073709551616", nil), ("\"\"", nil), ("\"-5\"", nil),
            ("-5", nil),
            ("\"5 \"", nil), ("\"0x5\"", nil), ("5.0", 5), ("5.5", nil), ("null", nil), ("true", nil), ("[]", nil),
            ("{}", nil),
            ("\"99999999999999999999999\"", nil),
        ] as [(String, UInt64?)])
    func `a number is an integer or decimal digits in a string`(text: String, expected: UInt64?) throws {
        #expect(try parser.parse("{\"a\":\(text)}")["a"]?.asUnsigned == expected)
    }

    @Test func `an address is hex or a number`() throws {
        let record = try parser.parse(#"{"a":"0xFFFFEF60CA462460","b":"10","c":16,"d":"0x","e":"0x12345678123456789"}"#)
        #expect(record["a"]?.asHexOrUnsigned == 0xFFFF_EF60_CA46_2460)
        #expect(record["b"]?.asHexOrUnsigned == 10)
        #expect(record["c"]?.asHexOrUnsigned == 16)
        #expect(try #require(record["d"]).asHexOrUnsigned == nil)
        #expect(try #require(record["e"]).asHexOrUnsigned == nil)
    }

    @Test func `texts are compared without creating strings`() throws {
        let channel = try #require(try parser.parse(#"{"a":"Microsoft-Windows-Sysmon/OPERATIONAL"}"#)["a"])
        #expect(channel.isText("microsoft-windows-sysmon/operational", ignoringCase: true))
        #expect(!channel.isText("microsoft-windows-sysmon/operational"))
        #expect(!channel.isText("microsoft-windows-sysmon/operationa", ignoringCase: true))
        #expect(!channel.isText("microsoft-windows-sysmon/operation[l", ignoringCase: true))
        #expect(channel.withUTF8 { $0.count } == 36)
        let others = try parser.parse(#"{"a":"@[","b":null}"#)
        #expect(others["a"]?.isText("`{", ignoringCase: true) == false)
        #expect(others["b"]?.isNull == true)
        #expect(others["b"]?.withUTF8 { $0.count } == nil)
    }

    @Test func `a string that contains JSON is parsed by another parser`() throws {
        let inner = RecordParser()
        let record = try parser.parse(#"{"EventData":"{\"Image\":\"C:\\\\a\"}","bad":"{","n":1}"#)
        let data = try #require(record["EventData"]).record(parsedBy: inner)
        #expect(data["Image"]?.asString == #"C:\a"#)
        #expect(record["n"]?.asUnsigned == 1)
        #expect(throws: JSONFaults.self) { try #require(record["bad"]).record(parsedBy: inner) }
        #expect(throws: JSONFaults.self) { try #require(record["n"]).record(parsedBy: inner) }
        withExtendedLifetime(inner) {}
    }

    @Test(arguments: ["", "  ", "[]", "1", "null", "\"a\"", "{", "{}{}", "{\"a\":\"\\ud800\"}", "\u{FEFF}{}"])
    func `a line that is not an object is one fault`(line: String) throws {
        let error = #expect(throws: JSONFaults.self) { try parser.parse(line) }
        #expect(error?.faults.count == 1)
        #expect(try parser.parse("{\"a\":1}\r")["a"]?.asUnsigned == 1)
    }

    @Test func `a line has at most the allowed number of bytes`() throws {
        let parser = RecordParser(maxLineBytes: 40_000)
        let text = String(repeating: "x", count: 40_000 - 8)
        #expect(try parser.parse("{\"a\":\"\(text)\"}")["a"]?.asString == text)
        #expect(throws: JSONFaults.self) { try parser.parse("{\"a\":\"\(text)x\"}") }
        #expect(try parser.parse("{\"a\":2}")["a"]?.asUnsigned == 2)
    }

    @Test func `lines may grow and shrink`() throws {
        for count in [10, 17_000, 5, 40_000, 50_000, 64 << 10, 1] {
            let text = String(repeating: "x", count: max(count - 8, 0))
            #expect(try parser.parse("{\"a\":\"\(text)\"}")["a"]?.withUTF8 { $0.count } == text.utf8.count)
        }
    }

    @Test func `the first of several members with a name counts`() throws {
        #expect(try parser.parse(#"{"a":1,"a":2}"#)["a"]?.asUnsigned == 1)
    }

    /// Members are looked up, and plain ones read, many at a time: the surroundings of a member must not matter.
    @Test func `a member is found at any position`() throws {
        let fillers = [
            #""Hostnam":"x""#, #""ProcessId": 5"#, #""a":-1.5e3"#, #""":"""#, #""h\u006fst" : "\\""#,
            #""n":[1,{"Channel":0}]"#,
            #""o":{"Channel":"wrong","p":{}}"#, #""Channel\n":"x""#, "\"" + String(repeating: "C", count: 263) + "\":1",
            #""t":true,"f":false,"z":null"#,
        ]
        for count in 0..<40 {
            let before = (0..<count).map { fillers[$0 * 7 % fillers.count] }
            for after in [[], ["\"Channel\":2"], fillers] {
                for member in [#""Channel":"right""#, #""Ch\u0061nnel":"right""#, #" "Channel" : "r\u0069ght" "#] {
                    let record = try parser.parse("{" + (before + [member] + after).joined(separator: ",") + "}")
                    #expect(record["Channel"]?.asString == "right")
                    #expect(record["channel"] == nil)
                    let hasOther = (before + after).contains { $0.hasPrefix(#""o""#) }
                    #expect(record["o"]?.object?["Channel"]?.isText("wrong") == (hasOther ? true : nil))
                }
            }
        }
    }

    @Test func `escapes are read, or found invalid, at any position`() throws {
        for count in 0..<40 {
            let text = String(repeating: "x", count: count)
            for (escape, meaning) in [
                (#"\\"#, #"\"#), (#"\n"#, "\n"), (#"\u00e9"#, "é"), (#"\ud83d\ude00"#, "😀"), (#"\\\""#, #"\""#),
            ] {
                let record = try parser.parse(#"{"a":"\#(text)\#(escape)\#(text)","b":1,"c\#(text)\#(escape)":2}"#)
                #expect(record["a"]?.asString == text + meaning + text)
                #expect(record["b"]?.asUnsigned == 1)
            }
            for wrong in [#"\x"#, #"\u12"#, #"\u00g0"#, #"\ud83d"#, #"\ude00"#, #"\\\x"#] {
                for line in [
                    #"{"a":"\#(text)\#(wrong)","b":1}"#, #"{"\#(text)\#(wrong)":1,"b":1}"#,
                    #"{"b":1,"\#(text)\#(wrong)":"x"}"#,
                ] {
                    #expect(throws: JSONFaults.self) { try parser.parse(line) }
                }
            }
        }
    }

    @Test func `no line traps, truncated or changed`() throws {
        var bytes = Array(#"{"EventID":8,"d":{"a":["0xFF",null,-1e5],"b":"\\\u00e9"},"t":true}"#.utf8)
        func tryAll(_ bytes: some Collection<UInt8>) -> Bool {
            Array(bytes).withUnsafeBytes { buffer in
                guard let record = try? parser.parse(buffer) else { return false }
                let data = record["d"]?.object
                for value in [record["EventID"], record["d"], record["t"], data?["a"], data?["b"]] {
                    _ = (value?.asString, value?.asUnsigned, value?.asHexOrUnsigned, value?.kind)
                }
                return true
            }
        }
        for count in bytes.indices { #expect(!tryAll(bytes[..<count])) }
        var accepted = 0
        for place in bytes.indices {
            let original = bytes[place]
            for byte in UInt8.min...UInt8.max {
                bytes[place] = byte
                if tryAll(bytes) { accepted += 1 }
            }
            bytes[place] = original
        }
        #expect(accepted > bytes.count)
    }
}
