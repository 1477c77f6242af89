import JSON
import ScenarioFile
import Testing

@Suite struct SourceJSONTests {
    @Test(arguments: [
        ("a: \"\\0\\x07\\e\\N\\\"\\\\\"", #"{"a":"\u0000\u0007\u001b\#u{85}\"\\"}"#),
        ("a: 'C:\\Windows'", #"{"a":"C:\\Windows"}"#),
        ("a: \"\\uffff\\U0001f600\"", "{\"a\":\"\u{FFFF}😀\"}"), ("'a\"b': [{}, [], '']", #"{"a\"b":[{},[],""]}"#),
        ("- |\n  x\n", #"["x\n"]"#), ("a: é\u{301}", "{\"a\":\"é\u{301}\"}"), ("\"\"", "\"\""), ("12", "12"),
    ])
    func `a value is written as JSON that our reader reads`(text: String, json: String) throws {
        let document = try #require(source(text).documents.first)
        #expect(Array(document.json.utf8) == Array(json.utf8))
        _ = try JSONDocument.read(SourceJSON(document).bytes) { $0.kind }
    }

    private static let yaml = """
        scenario: 1
        steps:
        - createProcess:
            as: a
        - createThread: {target: 'b', "creator":
            c}
        - expect:
          - messages: {a/b: 1, "c~d": [x,
              y]}
        """
    private static let json = """
        {"scenario": 1,
         "steps": [
          {"createProcess": {"as": "a"}}, {"createThread": {"target":
            "b"}}, {"expect": [{"messages": {"a/b": 1, "c~d": [true, null,
         "y"]}}]}]}
        """

    @Test(
        arguments: [
            ("", 1, 1, nil, nil, ""), ("/scenario", 1, 11, 1, 1, "scenario"), ("/steps", 3, 1, 2, 1, "steps"),
            ("/steps/0", 3, 3, nil, nil, "steps[0]"), ("/steps/0/createProcess", 4, 5, 3, 3, "steps[0].createProcess"),
            ("/steps/1/createThread/target", 5, 26, 5, 18, "steps[1].createThread.target"),
            ("/steps/1/createThread/creator", 6, 5, 5, 31, "steps[1].createThread.creator"),
            ("/steps/2/expect/0/messages/a~1b", 8, 21, 8, 16, "steps[2].expect[0].messages.a/b"),
            ("/steps/2/expect/0/messages/c~0d/1", 9, 7, nil, nil, "steps[2].expect[0].messages.c~d[1]"),
        ] as [(String, Int, Int, Int?, Int?, String)])
    func `a pointer has the position of its value and key in YAML`(
        pointer: String, line: Int, column: Int, keyLine: Int?, keyColumn: Int?, path: String
    ) throws {
        try expect(Self.yaml, "a.yaml", pointer, line, column, keyLine, keyColumn, path)
    }

    @Test(
        arguments: [
            ("", 1, 1, nil, nil, ""), ("/scenario", 1, 14, 1, 2, "scenario"), ("/steps", 2, 11, 2, 2, "steps"),
            ("/steps/0", 3, 3, nil, nil, "steps[0]"),
            ("/steps/0/createProcess/as", 3, 28, 3, 22, "steps[0].createProcess.as"),
            ("/steps/1/createThread/target", 4, 5, 3, 53, "steps[1].createThread.target"),
            ("/steps/2/expect/0/messages/a~1b", 4, 45, 4, 38, "steps[2].expect[0].messages.a/b"),
            ("/steps/2/expect/0/messages/c~0d/2", 5, 2, nil, nil, "steps[2].expect[0].messages.c~d[2]"),
        ] as [(String, Int, Int, Int?, Int?, String)])
    func `a pointer has the position of its value and key in JSON`(
        pointer: String, line: Int, column: Int, keyLine: Int?, keyColumn: Int?, path: String
    ) throws {
        try expect(Self.json, "a.json", pointer, line, column, keyLine, keyColumn, path)
    }

    @Test(arguments: [
        ("/steps/1/createThread/startAddress", 5, 17, "steps[1].createThread.startAddress"),
        ("/steps/7", 3, 1, "steps.7"), ("/name", 1, 1, "name"), ("/scenario/x/y", 1, 11, "scenario.x.y"),
        ("/…", 1, 1, "…"),
    ])
    func `a value that is not there has the position of its container`(
        pointer: String, line: Int, column: Int, path: String
    ) throws {
        let place = SourceJSON(try #require(source(Self.yaml).documents.first)).position(of: pointer)
        #expect(place.line == line)
        #expect(place.column == column)
        #expect(place.path == path)
    }

    @Test func `a part of a scenario has the path of its whole`() throws {
        let step = try #require(source(Self.yaml).documents.first?["steps"]?.list?[1]["createThread"])
        let json = SourceJSON(step, path: "steps[1].createThread")
        #expect(json.position(of: "").path == "steps[1].createThread")
        #expect(json.position(of: "/target").path == "steps[1].createThread.target")
        #expect(json.position(of: "/target").line == 5)
        let list = try #require(source("- a\n- b\n").documents.first)
        #expect(SourceJSON(list, path: "rules").position(of: "/1").path == "rules[1]")
    }

    @Test func `the pointer of a fault of our reader leads to the line, also if it is cut`() throws {
        let long = String(repeating: "k", count: 300)
        let text = "a: 1\n\(long)2: x\n\(long): [1,\n 'x']\n"
        let json = SourceJSON(try #require(source(text).documents.first))
        #expect {
            _ = try JSONDocument.read(json.bytes) { root in
                root.openObject().map { object in
                    for (_, value) in object where value.kind == .array {
                        value.array(maxCount: 2)?.last?.fault("wrong")
                    }
                }
            }
        } throws: { error in
            let fault = try #require((error as? JSONFaults)?.faults.first)
            #expect(fault.pointer.hasSuffix("…/1"))
            // Both keys begin alike.
            return json.position(of: fault.pointer).line == 2
        }
    }

    @Test func `values in an alias have their own lines, and the alias has its`() throws {
        let text = "a: &x\n  b: 1\nc:\n- *x\n"
        let json = SourceJSON(try #require(source(text).documents.first))
        #expect(String(decoding: json.bytes, as: UTF8.self) == #"{"a":{"b":1},"c":[{"b":1}]}"#)
        #expect(json.position(of: "/c/0").line == 4)
        #expect(json.position(of: "/c/0/b").line == 2)
    }

    private func expect(
        _ text: String, _ name: String, _ pointer: String, _ line: Int, _ column: Int, _ keyLine: Int?,
        _ keyColumn: Int?,
        _ path: String
    ) throws {
        let place = SourceJSON(try #require(source(text, name: name).documents.first)).position(of: pointer)
        #expect(place.line == line)
        #expect(place.column == column)
        #expect(place.keyLine == keyLine)
        #expect(place.keyColumn == keyColumn)
        #expect(place.path == path)
    }
}
