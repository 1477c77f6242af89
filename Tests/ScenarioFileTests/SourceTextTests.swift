import ScenarioFile
import Testing

/// The content of a file without a name that says something, as others are read.
func source(_ text: String, name: String = "a.scenario.yaml") -> (documents: [SourceNode], faults: [SourceFault]) {
    SourceText(name: name, bytes: Array(text.utf8)).documents()
}

/// The faults of a file, each as `LINE: PATH: DETAIL`.
func faults(_ text: String, name: String = "a.scenario.yaml") -> [String] {
    source(text, name: name).faults.map(\.shown)
}

extension SourceFault {
    /// `LINE: PATH: DETAIL`, without the parts that the fault does not have.
    var shown: String {
        [line.map(String.init), path.isEmpty ? nil : path, detail].compactMap(\.self).joined(separator: ": ")
    }
}

extension SourceNode {
    /// The keys and values with their positions, in order: `key@1:1`, `text@1:6`.
    var positions: [String] {
        let own = "@\(line):\(column)"
        switch content {
        case .scalar(let scalar): return [scalar.text + own]
        case .list(let items): return ["[" + own] + items.flatMap(\.positions)
        case .mapping(let members):
            return ["{" + own] + members.flatMap { ["\($0.key)@\($0.line):\($0.column)"] + $0.value.positions }
        }
    }

    /// The JSON of the value.
    var json: String { String(decoding: SourceJSON(self).bytes, as: UTF8.self) }
}

@Suite struct SourceTextTests {
    @Test func `each document of YAML is a scenario`() {
        let (documents, faults) = source("---\nname: a\n---\nname: b\n")
        #expect(faults.isEmpty)
        #expect(documents.map(\.json) == [#"{"name":"a"}"#, #"{"name":"b"}"#])
        #expect(documents.map(\.line) == [2, 4])
    }

    @Test(arguments: ["a.json", "a.scenario.JSON", "a.yaml", "-"])
    func `an object, or each object of an array, is a scenario of JSON`(name: String) {
        #expect(source(#"{"name": "a"}"#, name: name).documents.map(\.json) == [#"{"name":"a"}"#])
        let (documents, faults) = source("\n[{\"name\": \"a\"},\n{\"name\": \"\\ud83d\\ude00\"}]\n", name: name)
        #expect(faults.isEmpty)
        #expect(documents.map(\.json) == [#"{"name":"a"}"#, #"{"name":"😀"}"#])
        #expect(documents.map(\.line) == [2, 3])
    }

    @Test func `a file that only looks like JSON is YAML`() {
        #expect(source("{name: no}").documents.map(\.json) == [#"{"name":"no"}"#])
        #expect(source("[{name: a}]").documents.map(\.json) == [#"[{"name":"a"}]"#])
        #expect(source("{\"a\": 1} # comment\n---\nb: 2\n").documents.count == 2)
        #expect(faults("{\"a\": \"\\ud83d\\ude00\"},\n")[0].hasPrefix("1: is not YAML: "))
    }

    @Test func `a file called JSON is not YAML`() {
        #expect(
            faults("{\n  name: 1}", name: "a.json") == [
                "2: is not JSON: expected a member name in quotes at byte 4, not \"name\""
            ])
        #expect(faults("name: 1", name: "a.json") == ["1: is not JSON: expected a value at byte 0, not \"name\""])
        #expect(
            faults("[{}]\n\n{", name: "a.json") == ["3: is not JSON: unexpected content after the document at byte 6"])
        #expect(faults("{\"a\":\r\n1,\r\n", name: "a.json") == ["3: is not JSON: the document ends early, at byte 11"])
    }

    @Test(arguments: ["", " \r\n\t", "\u{FEFF}"])
    func `a file without content is empty`(text: String) {
        #expect(faults(text) == ["1: is empty"])
        #expect(faults(text, name: "a.json") == ["1: is empty"])
    }

    @Test(arguments: [
        ("# nothing\n", ["1: is empty"]), ("---\n", ["1: is empty"]), ("---\n---\na: 1\n", ["1: is empty"]),
        ("a: 1\n---\n", ["2: is empty"]), ("---\n\n---\n", ["1: is empty", "3: is empty"]), ("[]", []), ("null", []),
        ("''", []),
    ])
    func `a document without content is empty`(text: String, expected: [String]) {
        #expect(faults(text, name: "a.scenario.yaml") == (text == "[]" ? ["1: is empty"] : expected))
    }

    @Test func `a byte order mark is not part of the file`() {
        #expect(source("\u{FEFF}a: 1").documents[0].positions == ["{@1:1", "a@1:1", "1@1:4"])
        #expect(source("\u{FEFF}{\"a\": 1}").documents[0].positions == ["{@1:1", "a@1:2", "1@1:7"])
    }

    @Test func `a file is at most a mebibyte long`() {
        #expect(faults("a: " + String(repeating: "x", count: (1 << 20) - 3)).isEmpty)
        #expect(faults("a: " + String(repeating: "x", count: (1 << 20) - 2)) == ["is longer than 1048576 bytes"])
    }

    @Test(arguments: [
        ([0x61, 0x0A, 0xFF], "2: is not UTF-8: found the byte 0xff"),
        ([0x61, 0x0D, 0x0A, 0x0A, 0xC3], "3: is not UTF-8: found the byte 0xc3"),
        ([0xED, 0xA0, 0x80], "1: is not UTF-8: found the byte 0xed"),
        ([0xFF, 0xFE, 0x61, 0x00], "1: is UTF-16; save it as UTF-8"),
        ([0xFE, 0xFF, 0x00, 0x61], "1: is UTF-16; save it as UTF-8"), ([0xFF], "1: is not UTF-8: found the byte 0xff"),
    ])
    func `a file that is not UTF-8 is a fault with a line`(bytes: [UInt8], fault: String) {
        for name in ["a.yaml", "a.json"] {
            #expect(SourceText(name: name, bytes: bytes).documents().faults.map(\.shown) == [fault])
        }
    }

    @Test func `all faults of a file are reported, by line, and what is left of its scenarios is there`() {
        let text = """
            %TAG ! tag:x,
            ---
            name: !!str a
            name: b
            limit: .inf
            steps:
            - createThread: {target: a, target: b, ? [x] : y}
            - <<: {a: 1}
              wait: 5s
            ---
            ---
            steps: [{a: 1, a: 2}]
            """
        let (documents, faults) = source(text)
        #expect(
            faults.map(\.shown) == [
                "1: %TAG is not read; only %YAML 1.2 is allowed", "3: name: has the tag \"!!str\"; tags are not read",
                "4: name: is given more than once, first in line 3",
                "5: limit: .inf is not a number in JSON; put a text in quotes",
                "7: steps[0].createThread.target: is given more than once, first in line 7",
                "7: steps[0].createThread: a key is a list; keys must be texts",
                "8: steps[1]: merge keys (<<) are not read; write the members out", "10: is empty",
                "12: steps[0].a: is given more than once, first in line 12",
            ])
        #expect(
            documents.map(\.json) == [
                #"{"name":"a","limit":null,"steps":[{"createThread":{"target":"a"}},{"wait":"5s"}]}"#,
                #"{"steps":[{"a":1}]}"#,
            ])
    }

    @Test func `all faults of a JSON file are reported`() {
        let text = "[{\"a\": 1,\n\"a\": 2},\n{\"b\": [{\"c\": 1, \"\\u0063\":\n2}]}]"
        #expect(
            faults(text, name: "a.json") == [
                "2: a: is given more than once, first in line 1", "3: b[0].c: is given more than once, first in line 3",
            ])
        #expect(source(text).documents.map(\.json) == [#"{"a":1}"#, #"{"b":[{"c":1}]}"#])
    }

    @Test func `a hundred faults are listed and the others counted`() {
        let numbers = String(repeating: "- .inf\n", count: 150)
        #expect(faults(numbers).count == 101)
        #expect(faults(numbers).last == "50 further faults are not listed")
        let keys = String(repeating: "a: .inf\n", count: 102)
        #expect(faults(keys).last == "103 further faults are not listed")
        let object = "{" + Array(repeating: #""a":1"#, count: 102).joined(separator: ",") + "}"
        #expect(faults(object, name: "a.json").last == "1 further fault is not listed")
    }

    @Test(arguments: ["a.yaml", "a.json"])
    func `a file has at most 10000 values and keys`(name: String) {
        func list(_ count: Int) -> String {
            "[{\"a\": [" + Array(repeating: "1", count: count).joined(separator: ",") + "]}]"
        }
        #expect(faults(list(9996), name: name).isEmpty)
        #expect(
            faults(list(9997), name: name) == [
                "1: has 10001 values and keys; at most 10000 are allowed; write steps that are alike with repeat, "
                    + "cases with matrix, events as a recording for replay, or several files"
            ])
    }

    @Test func `too many values have a line, their number, and advice`() {
        let advice =
            "at most 10000 are allowed; write steps that are alike with repeat, cases with matrix, events as a recording "
            + "for replay, or several files"
        #expect(
            faults(String(repeating: "- 1\n", count: 12_000)) == [
                "10000: has 12001 values and keys, counting what its aliases repeat; \(advice)"
            ])
        let json = "[\n" + Array(repeating: "1", count: 12_000).joined(separator: ",\n") + "]"
        #expect(faults(json, name: "a.json") == ["10001: has 12001 values and keys; \(advice)"])
    }

    @Test(arguments: ["a.yaml", "a.json"])
    func `a scenario has at most 64 levels`(name: String) {
        func nested(_ levels: Int) -> String {
            String(repeating: "{\"a\":", count: levels - 1) + "{}" + String(repeating: "}", count: levels - 1)
        }
        for text in [nested(64), "[\(nested(64))]"] { #expect(faults(text, name: name).isEmpty) }
        for text in [nested(65), "[\(nested(65))]"] {
            #expect(faults(text, name: name).count == 1)
            #expect(
                faults(text, name: name).first?.contains(" levels deep") == true,
                "\(faults(text, name: name))")
        }
    }

    @Test(
        arguments: [
            ("a.yaml", ["[[],", "{\"a\":", "\"", "&a ", "---\n", "]", "\0", "|\n", "\u{2028}", "\u{FEFF}"]),
            ("a.json", ["[", "{\"a\":", "\"", "1", "\u{FEFF}"]),
        ] as [(String, [String])])
    func `a mebibyte of anything is read quickly`(name: String, parts: [String]) {
        for part in parts {
            let bytes = Array(String(repeating: part, count: (1 << 20) / part.utf8.count).utf8)
            let time = ContinuousClock().measure {
                let (documents, faults) = SourceText(name: name, bytes: bytes).documents()
                #expect(!documents.isEmpty || !faults.isEmpty)
                for document in documents { _ = SourceJSON(document) }
            }
            // Generous: it takes milliseconds.
            #expect(time < .seconds(10), "\(part)")
        }
    }
}
