import ScenarioFile
import Testing

@Suite struct SourcePositionTests {
    @Test(arguments: [
        ("{\"a\": 1}", ["{@1:1", "a@1:2", "1@1:7"]),
        (" {\r\n\"a\":\r\n[true,\tnull,\r\"x\"]}", ["{@1:2", "a@2:1", "[@3:1", "true@3:2", "null@3:8", "x@4:1"]),
        ("{\"é\": \"😀\", \"\\\"\\\\\": {}}", ["{@1:1", "é@1:2", "😀@1:7", "\"\\@1:12", "{@1:20"]),
        ("{\"a\":-1.5e+3,\"b\":[[],{}]}", ["{@1:1", "a@1:2", "-1.5e+3@1:6", "b@1:14", "[@1:18", "[@1:19", "{@1:22"]),
        ("{\"{[:,\\\"\": \"]},:\", \"b\": \"x\\\\\"}", ["{@1:1", "{[:,\"@1:2", "]},:@1:12", "b@1:20", "x\\@1:25"]),
    ])
    func `values and names of JSON have the line and column where they begin`(text: String, expected: [String]) {
        let (documents, faults) = source(text, name: "a.json")
        #expect(faults.isEmpty)
        #expect(documents.flatMap(\.positions) == expected)
    }

    @Test(
        arguments: [
            ("é: [x,\t'y z', {k: |\n", nil),
            (
                "é: [x,\t'y z']\nk: |\n  t\nl: 1",
                ["{@1:1", "é@1:1", "[@1:4", "x@1:5", "y z@1:8", "k@2:1", "t\n@2:4", "l@4:1", "1@4:4"]
            ),
            (
                "a:\r\n  - b: c\r\n    d: \"e\r\n      f\"\r\n    g: h",
                ["{@1:1", "a@1:1", "[@2:3", "{@2:5", "b@2:5", "c@2:8", "d@3:5", "e f@3:8", "g@5:5", "h@5:8"]
            ),
        ] as [(String, [String]?)])
    func `values and keys of YAML have the line and column where they begin`(text: String, expected: [String]?) {
        let (documents, faults) = source(text)
        #expect(faults.isEmpty == (expected != nil))
        #expect(documents.flatMap(\.positions) == expected ?? [])
    }

    @Test func `both formats give the same tree, but for positions`() {
        let yaml = source("a: [1, x, null, true, {b: 1.5}]\n").documents.map(\.json)
        let json = source("{\"a\": [1, \"x\", null, true, {\"b\": 1.5}]}").documents.map(\.json)
        #expect(yaml == json)
    }
}
