import ScenarioFile
import Testing

@Suite struct SourceScalarTests {
    @Test(
        arguments: [
            ("", .null, "null"), ("~", .null, "null"), ("null", .null, "null"), ("Null", .null, "null"),
            ("NULL", .null, "null"),
            ("nULL", .text, #""nULL""#), ("none", .text, #""none""#),
            ("true", .boolean, "true"), ("True", .boolean, "true"), ("TRUE", .boolean, "true"),
            ("tRUE", .text, #""tRUE""#),
            ("false", .boolean, "false"), ("False", .boolean, "false"), ("FALSE", .boolean, "false"),
            ("yes", .text, #""yes""#), ("no", .text, #""no""#), ("on", .text, #""on""#), ("Off", .text, #""Off""#),
            ("y", .text, #""y""#),
        ] as [(String, SourceScalar.Kind, String)])
    func `words have the types of YAML 1.2`(text: String, kind: SourceScalar.Kind, json: String) throws {
        try expect(text, kind, json)
    }

    @Test(
        arguments: [
            ("0", .integer, "0"), ("12", .integer, "12"), ("-12", .integer, "-12"), ("+5", .integer, "5"),
            ("-0", .integer, "0"),
            ("+0", .integer, "0"), ("007", .integer, "7"), ("-010", .integer, "-10"), ("00", .integer, "0"),
            ("18446744073709551615", .integer, "18446744073709551615"),
            ("18446744073709551616", .integer, "18446744073709551616"),
            ("-9223372036854775809", .integer, "-9223372036854775809"),
            ("0x0", .integer, "0"), ("0x1F", .integer, "31"), ("0xffffef60ca462460", .integer, "18446725797722334304"),
            ("0xFFFFFFFFFFFFFFFF", .integer, "18446744073709551615"),
            ("0x10000000000000000", .integer, "18446744073709551616"),
            ("0xffffffffffffffffffffffffffffffff", .integer, "340282366920938463463374607431768211455"),
            ("0xde0b6b3a7640000", .integer, "1000000000000000000"), ("0x000000000000000000001", .integer, "1"),
            ("0o17", .integer, "15"), ("0o0", .integer, "0"),
            ("0o1777777777777777777777", .integer, "18446744073709551615"),
            ("0o2000000000000000000000", .integer, "18446744073709551616"),
        ] as [(String, SourceScalar.Kind, String)])
    func `integers are read from their text, exactly`(text: String, kind: SourceScalar.Kind, json: String) throws {
        try expect(text, kind, json)
    }

    @Test(
        arguments: [
            ("1.5", .number, "1.5"), (".5", .number, "0.5"), ("-.5", .number, "-0.5"), ("1.", .number, "1.0"),
            ("+1.5", .number, "1.5"), ("1e3", .number, "1e3"), ("1E+3", .number, "1e+3"), ("1.e-3", .number, "1.0e-3"),
            ("-0.0", .number, "-0.0"), ("007.50", .number, "7.50"), ("1e999", .number, "1e999"),
            ("0.1234567890123456789012345678901234567890", .number, "0.1234567890123456789012345678901234567890"),
        ] as [(String, SourceScalar.Kind, String)])
    func `other numbers keep their digits`(text: String, kind: SourceScalar.Kind, json: String) throws {
        try expect(text, kind, json)
    }

    @Test(arguments: [
        "1_000", "12:30", "1:2:3", "2020-02-21", "0b1", "0x", "0o", "0o8", "0xg", "-0x1", "+0x1", "-0o1", "0X1F", "+",
        ".", "..", "+.", "1e", "1e+", "e5", ".e5", "1.2.3", "1 2", "5s", "0x1.5", "-.", "--1", "+-1", "١", "1,5",
        ".infinity", ".Nan", "inf", "nan", "-.nan", "Infinity", "=",
    ])
    func `everything else is a text`(text: String) throws {
        try expect("\(text)", .text, "\"\(text)\"")
    }

    @Test(arguments: [".inf", ".Inf", ".INF", "-.inf", "+.INF", ".nan", ".NaN", ".NAN"])
    func `numbers that JSON does not have are faults`(text: String) {
        let (documents, faults) = source("a: \(text)\n")
        #expect(faults == [SourceFault(line: 1, path: "a", "\(text) is not a number in JSON; put a text in quotes")])
        #expect(documents.first?["a"]?.scalar == SourceScalar(text, isQuoted: false, kind: .number))
        #expect(documents.map(\.json) == [#"{"a":null}"#])
    }

    @Test(arguments: ["0x", "0o", "", "-"])
    func `integers of more than 1000 characters are faults`(prefix: String) {
        let long = prefix + String(repeating: "7", count: 1001 - prefix.utf8.count)
        #expect(faults("a: \(long)") == ["1: a: is a number of 1001 characters; put a text in quotes"])
        let short = String(long.dropLast())
        #expect(faults("a: \(short)").isEmpty)
        #expect(source("a: \(short)").documents.first?.json.utf8.count ?? 0 > 800)
        #expect(faults("{\"a\": 1\(String(repeating: "0", count: 1000))}", name: "a.json").count == 1)
    }

    @Test(arguments: ["'%'", "\"%\"", "|-\n  %\n", ">-\n  %\n"])
    func `a text in quotes or a block is a text, whatever it looks like`(form: String) throws {
        for text in ["12", "0x1f", "true", "null", "~", ".inf", "1.5"] {
            let written = form.split(separator: "%", omittingEmptySubsequences: false).joined(separator: text)
            let (documents, faults) = source("a: \(written)\n")
            #expect(faults.isEmpty)
            #expect(documents.first?["a"]?.scalar == SourceScalar(text, isQuoted: true, kind: .text))
            #expect(documents.map(\.json) == ["{\"a\":\"\(text)\"}"])
        }
    }

    @Test(
        arguments: [
            ("null", .null, "null"), ("true", .boolean, "true"), ("false", .boolean, "false"), ("-12", .integer, "-12"),
            ("18446744073709551616", .integer, "18446744073709551616"), ("1.50", .number, "1.50"),
            ("1E5", .number, "1e5"),
            (#""12""#, .text, #""12""#), (#""\u0000\ud83d\ude00\n""#, .text, "\"\\u0000😀\\n\""),
        ] as [(String, SourceScalar.Kind, String)])
    func `scalars of JSON have the types of JSON`(text: String, kind: SourceScalar.Kind, json: String) throws {
        let (documents, faults) = source("{\"a\": \(text)}", name: "a.json")
        #expect(faults.isEmpty)
        let scalar = try #require(documents.first?["a"]?.scalar)
        #expect(scalar.kind == kind)
        #expect(scalar.isQuoted == (kind == .text))
        #expect(documents.map(\.json) == ["{\"a\":\(json)}"])
    }

    @Test func `a key is a text, whatever it looks like`() {
        #expect(
            source("1: a\ntrue: b\n~: c\n0x1f: d\n").documents.map(\.json) == [
                #"{"1":"a","true":"b","~":"c","0x1f":"d"}"#
            ])
    }

    private func expect(_ text: String, _ kind: SourceScalar.Kind, _ json: String) throws {
        let (documents, faults) = source("a: \(text)\n")
        #expect(faults.isEmpty)
        #expect(documents.first?["a"]?.scalar == SourceScalar(text, isQuoted: false, kind: kind))
        #expect(documents.map(\.json) == ["{\"a\":\(json)}"])
    }
}
