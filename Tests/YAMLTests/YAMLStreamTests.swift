import Testing
import YAML

/// The outcome of reading `text` as a scenario file is read.
func read(
    _ text: String, nodes: Int = 10_000, textBytes: Int = 1 << 22, depth: Int = 64,
    dialect: YAMLStream.Dialect = .strict
) -> YAMLStream {
    YAMLStream(
        Array(text.utf8), limits: YAMLStream.Limits(nodes: nodes, textBytes: textBytes, depth: depth), dialect: dialect)
}

/// The faults of `text`, each as `LINE: PATH: DETAIL`.
func faults(_ text: String, dialect: YAMLStream.Dialect = .strict) -> [String] {
    read(text, dialect: dialect).faults.map(\.shown)
}

extension YAMLFault {
    /// `LINE: PATH: DETAIL`, without the parts that the fault does not have.
    var shown: String {
        [line.map(String.init), path.steps.isEmpty ? nil : path.description, detail].compactMap(\.self)
            .joined(separator: ": ")
    }
}

extension YAMLNode {
    /// The value without positions, as in flow style: `{a: [b, "c"]}`, where texts that are not plain have quotes.
    var shown: String {
        switch content {
        case .scalar(let scalar): scalar.isPlain ? scalar.text : "\"\(scalar.text)\""
        case .list(let items): "[" + items.map(\.shown).joined(separator: ", ") + "]"
        case .mapping(let members):
            "{" + members.map { "\($0.key): \($0.value.shown)" }.joined(separator: ", ") + "}"
        }
    }
}

@Suite struct YAMLStreamTests {
    @Test(arguments: [
        ("a: 1\nb:\n- x\n- 'y'\n", "{a: 1, b: [x, \"y\"]}"),
        ("{a: 1, b: [x, 'y']}", "{a: 1, b: [x, \"y\"]}"),
        ("- |\n  x\n  y\n- >\n  x\n  y\n", "[\"x\ny\n\", \"x y\n\"]"),
        ("\"\\u00e9\\t\\0\"", "\"é\t\0\""), ("'it''s'", "\"it's\""), ("a:\nb: ~\n", "{a: , b: ~}"),
        ("a: x\n  y\n", "{a: x y}"), ("[a: b, c]", "[{a: b}, c]"), ("? a\n: b\n", "{a: b}"),
        ("no: on\n12:30: 1_000\n", "{no: on, 12:30: 1_000}"),
    ])
    func `a text is read as it is written, without types`(text: String, shown: String) {
        let stream = read(text)
        #expect(stream.faults.isEmpty)
        #expect(stream.documents.map(\.shown) == [shown])
    }

    @Test(arguments: [
        ("", 0), ("# nothing\n", 0), ("---\n", 1), ("a\n", 1), ("--- a\n--- b\n", 2), ("a\n...\n---\nb\n", 2),
        ("--- a\n---\n", 2), ("%YAML 1.2\n---\na\n", 1), ("a\n...\n", 1),
    ])
    func `a text has zero or more documents`(text: String, count: Int) {
        let stream = read(text)
        #expect(stream.faults.isEmpty)
        #expect(stream.documents.count == count)
    }

    @Test func `an empty document is where its dashes are`() {
        #expect(read("--- a\n---\n\n--- b\n---\n").documents.map(\.position.line) == [1, 2, 4, 5])
    }

    @Test func `an alias is replaced by the value of its anchor, at its own position`() throws {
        let stream = read("a: &x {b: [1]}\nc: *x\nd: [*x]\n")
        #expect(stream.faults.isEmpty)
        let root = try #require(stream.documents.first)
        #expect(root.shown == "{a: {b: [1]}, c: {b: [1]}, d: [{b: [1]}]}")
        let alias = try #require(root.mapping?[1].value)
        #expect(alias.position == YAMLPosition(line: 2, column: 4))
        #expect(alias.mapping?.first?.keyPosition == YAMLPosition(line: 1, column: 8))
    }

    @Test func `an anchor can be set again, and holds in its document only`() {
        #expect(read("[&a x, *a, &a y, *a]").documents.map(\.shown) == ["[x, x, y, y]"])
        #expect(
            faults("--- &a x\n--- *a\n") == [
                "2: is not YAML: no value before this one has the anchor \"a\"; "
                    + "put a text that begins with * in single quotes"
            ])
    }

    @Test(arguments: ["&a [*a]", "a: &a {b: *a}", "*a"])
    func `an alias cannot stand for a value that it is part of`(text: String) {
        let stream = read(text)
        #expect(stream.documents.isEmpty)
        #expect(stream.faults.count == 1)
        #expect(stream.faults.first?.line == 1)
    }

    @Test func `a scalar that an alias repeats can be a key`() {
        #expect(read("[&a x, {*a : 1}]").documents.map(\.shown) == ["[x, {x: 1}]"])
        #expect(faults("[&a [x], {*a : 1}]") == ["1: [1]: a key is a list; keys must be texts"])
    }

    @Test func `what one dialect refuses, the other ignores`() {
        let text = "%TAG ! tag:x,\n---\na: !x 1\n<<: {b: 2}\n"
        #expect(faults(text, dialect: .lenient).isEmpty)
        #expect(read(text, dialect: .lenient).documents.map(\.shown) == ["{a: 1, <<: {b: 2}}"])
        #expect(faults(text).count == 3)
    }
}

@Suite struct ValuePathTests {
    private static let long = String(repeating: "é", count: 64)
    private static let paths: [(steps: [ValuePath.Step], shown: String)] = [
        ([], ""), ([.key("a")], "a"), ([.key("a"), .index(0), .key("b")], "a[0].b"),
        ([.index(3), .index(1)], "[3][1]"), ([.index(3), .key("a")], "[3].a"), ([.key(long)], long),
        ([.key(long + "é")], long + "…"),
    ]

    @Test(arguments: paths)
    func `a path is shown with dots and indices from 0, and long keys are cut`(steps: [ValuePath.Step], shown: String) {
        #expect(ValuePath(steps).description == shown)
    }

    @Test func `the last key is that of the last step`() {
        #expect(ValuePath([.index(1), .key("a")]).lastKey == "a")
        #expect(ValuePath([.key("a"), .index(1)]).lastKey == nil)
        #expect(ValuePath().lastKey == nil)
    }
}
