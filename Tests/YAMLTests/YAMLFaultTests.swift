import Testing
import YAML

@Suite struct YAMLFaultTests {
    @Test func `every key that occurs twice is reported, with the line of the first`() {
        #expect(
            faults("a: 1\n\"a\": {b: 1, b: 2}\n'a': 3\nc:\n- {d: 1, \"\\x64\": 2, 'd': 3}\n") == [
                "2: a: is given more than once, first in line 1", "2: a.b: is given more than once, first in line 2",
                "3: a: is given more than once, first in line 1",
                "5: c[0].d: is given more than once, first in line 5",
                "5: c[0].d: is given more than once, first in line 5",
            ])
    }

    @Test func `a repeated member stays in its mapping`() throws {
        let members = try #require(read("a: 1\nb: 2\na: 3\n").documents.first?.mapping)
        #expect(members.map(\.isRepeated) == [false, false, true])
        #expect(members.map(\.value.shown) == ["1", "2", "3"])
    }

    @Test func `the same key in different mappings, or as different text, is not repeated`() {
        #expect(faults("a: {a: {a: 1}}\nA: 1\n").isEmpty)
        #expect(faults("--- {a: 1}\n--- {a: 1}\n").isEmpty)
    }

    @Test(arguments: [
        ("a: !x 1", "1: a: has the tag \"!x\"; tags are not read"),
        ("a: !!str 1", "1: a: has the tag \"!!str\"; tags are not read"),
        ("a: !!str \"1\"", "1: a: has the tag \"!!str\"; tags are not read"),
        ("a: !<tag:example.org,2000:x> 1", "1: a: has the tag \"tag:example.org,2000:x\"; tags are not read"),
        ("a: ! 1", "1: a: has the tag \"!\"; tags are not read"),
        ("a:\n- !!seq [1]", "2: a[0]: has the tag \"!!seq\"; tags are not read"),
        ("!!map {a: 1}", "1: has the tag \"!!map\"; tags are not read"),
        ("a: &b !x {c: 1}", "1: a: has the tag \"!x\"; tags are not read"),
        ("a: !x &b {c: 1}", "1: a: has the tag \"!x\"; tags are not read"),
        ("a: !x", "1: a: has the tag \"!x\"; tags are not read"),
        ("!!str a: 1", "1: ?: has the tag \"!!str\"; tags are not read"),
    ])
    func `a tag is a fault wherever it is`(text: String, fault: String) {
        #expect(faults(text) == [fault])
        #expect(read(text).documents.count == 1)
    }

    @Test(arguments: [
        ("%YAML 1.1\n---\na: 1\n", "1: %YAML 1.1 is not read; only %YAML 1.2 is allowed"),
        ("a: 1\n...\n%TAG !e! tag:x,\n---\nb: 1\n", "3: %TAG is not read; only %YAML 1.2 is allowed"),
        ("%YAML 2.0\n---\na\n", "1: is not YAML: found incompatible YAML document at column 1"),
        (
            "%FOO bar\n---\na\n",
            "1: is not YAML: found unknown directive name at column 5; put a text that begins with % in single quotes"
        ),
    ])
    func `a directive other than that of YAML 1.2 is a fault`(text: String, fault: String) {
        #expect(faults(text) == [fault])
    }

    @Test(arguments: [
        ("a:\n  <<: {b: 1}\n", "2: a: merge keys (<<) are not read; write the members out"),
        ("? [a]\n: 1\n", "1: a key is a list; keys must be texts"),
        ("{? {a: 1} : 1}", "1: a key is a mapping; keys must be texts"),
        ("{{a: 1}: 1}", "1: a key is a mapping; keys must be texts"), ("{? : b}", "1: a key is missing"),
        ("?\n", "1: a key is missing"), ("a:\n  ? \n  : b\n", "2: a: a key is missing"),
    ])
    func `a key that is not a text is a fault, and its member is left out`(text: String, fault: String) {
        #expect(faults(text) == [fault])
        #expect(read(text).documents.first?.shown.contains("b") == false)
    }

    @Test func `a quoted merge key and a quoted empty key are texts`() {
        #expect(read("'<<': 1\n\"\": 2\n").documents.map(\.shown) == ["{<<: 1, : 2}"])
        #expect(faults("'<<': 1\n\"\": 2\n").isEmpty)
    }

    @Test(arguments: [
        (
            "a: [",
            "2: is not YAML: did not find expected node content at column 1; close each [ with ] and each { with }, "
                + "and quote texts with these"
        ),
        (
            ":\n",
            "1: is not YAML: did not find expected key at column 1; indent all members of a mapping alike"
        ),
        (
            "a\n...\nb\n",
            "3: is not YAML: did not find expected <document start> at column 1; indent the lines of a document alike, "
                + "and divide documents by a line with ---"
        ),
        (
            "a: b: c",
            "1: is not YAML: mapping values are not allowed in this context at column 5; "
                + "put a text that contains \": \" in quotes"
        ),
        (
            "x: 1\n\ty: 1",
            "2: is not YAML: found a tab character that violates indentation at column 1 while scanning a plain scalar from "
                + "line 1; a tab cannot indent, use spaces"
        ),
        (
            "x: 1\na: \"b\n\n",
            "4: is not YAML: found unexpected end of stream at column 1 while scanning a quoted scalar from line 2; "
                + "close the quote of line 2"
        ),
        (
            "x: [\n1,\n2\ny: 1",
            "4: is not YAML: did not find expected ',' or ']' at column 2 while parsing a flow sequence from line 1; "
                + "put commas between the parts and ] at the end of what begins in line 1"
        ),
        (
            "a: 1\nb: \"\\q\"",
            "2: is not YAML: found unknown escape character at column 5; in double quotes write \\\\, or use single quotes"
        ),
        (
            "a: 1\nb: *\\x",
            "2: is not YAML: did not find expected alphabetic or numeric character at column 5; "
                + "put a text that begins with * in single quotes"
        ),
        (
            "a: \"\\ud83d\\ude00\"",
            "1: is not YAML: found invalid Unicode character escape code at column 7; "
                + "in double quotes write \\\\, or use single quotes"
        ),
        ("a: 1\r\nb: \u{1}", "2: is not YAML: control characters are not allowed: U+0001"),
        ("a: 1\nb: \0", "2: is not YAML: control characters are not allowed: U+0000"),
        ("a: 1\rb: \u{7F}", "2: is not YAML: control characters are not allowed: U+007F"),
        ("a: é\nb: \u{FFFF}", "2: is not YAML: control characters are not allowed: U+FFFF"),
    ])
    func `a text that is not YAML has one fault with its line`(text: String, fault: String) {
        #expect(faults(text) == [fault])
    }

    @Test func `documents and faults before a text that is not YAML are there`() {
        let stream = read("{a: 1, a: 2}\n--- [\n")
        #expect(stream.documents.map(\.shown) == ["{a: 1, a: 2}"])
        #expect(stream.faults.map(\.line) == [1, 3])
    }

    @Test func `a document that is not YAML is missing, however much of it was read`() {
        for text in ["a:b\nc: d\n", "a\nb: c\n", "'a' b\n", "[a]]\n"] {
            #expect(read(text).documents.isEmpty, "\(text)")
            #expect(faults(text).count == 1)
        }
    }

    @Test func `a byte order mark between lines is a fault`() {
        let fault = "3: begins with U+FEFF, a byte order mark, which can only begin a file; delete it"
        #expect(faults("a: 1\r\n---\r\n\u{FEFF}b: 1\r\n") == [fault])
        #expect(faults("a: 1\n---\n\u{FEFF}b: 1\n") == [fault])
        #expect(faults("a: '\u{FEFF}'\nb: \u{FEFF}x\n").isEmpty)
    }

    @Test func `a key that begins with a no-break space is a fault`() {
        let fault = "2: a: begins with U+00A0, a no-break space; indent with spaces"
        #expect(faults("a:\n \u{A0}- b: 1\n") == [fault])
        #expect(faults("a: \u{A0}b\n'\u{A0}c': 1\n").isEmpty)
    }

    @Test(arguments: [
        ("a: 'x\u{85}y'", #"U+0085, which ends a line in YAML 1.1 only; write \N in double quotes"#),
        ("a: 'x\u{2028}y'", #"U+2028, which ends a line in YAML 1.1 only; write \L in double quotes"#),
        ("a: 'x\u{2029}y'", #"U+2029, which ends a line in YAML 1.1 only; write \P in double quotes"#),
    ])
    func `line breaks of YAML 1.1 are faults`(text: String, detail: String) {
        #expect(faults("# x\n" + text) == ["2: has the character " + detail])
        #expect(faults(text, dialect: .lenient).isEmpty)
    }

    @Test func `a hundred faults are listed and the others counted`() {
        let stream = read(String(repeating: "a: 1\n", count: 150))
        #expect(stream.faults.count == YAMLStream.mostFaults)
        #expect(stream.unlistedFaults == 49)
    }
}
