import Testing
import YAML

@Suite struct YAMLLimitTests {
    private static func tooMany(_ count: Int, line: Int) -> String {
        let shown = count == .max ? "more than 10^18" : String(count)
        return "\(line): has \(shown) values and keys, counting what its aliases repeat; at most 10000 are allowed"
    }

    @Test func `values and keys count, and an alias counts as what it repeats`() {
        #expect(read("{a: [x, y]}", nodes: 5).faults.isEmpty)
        #expect(
            read("{a: [x, y]}", nodes: 4).faults.map(\.detail) == [
                "has 5 values and keys, counting what its aliases repeat; at most 4 are allowed"
            ])
        #expect(read("[&a [x, y], *a]", nodes: 7).faults.isEmpty)
        #expect(read("[&a [x, y], *a]", nodes: 6).faults.count == 1)
        #expect(read("--- a\n--- b\n--- c\n", nodes: 3).faults.isEmpty)
        #expect(read("--- a\n--- b\n--- c\n", nodes: 2).documents.count == 2)
    }

    @Test func `bytes of texts count, and an alias counts as what it repeats`() {
        #expect(read("{a: [é, &x yy, *x]}", textBytes: 7).faults.isEmpty)
        #expect(
            read("{a: [é, &x yy, *x]}", textBytes: 6).faults.map(\.detail) == [
                "has 7 bytes of text, counting what its aliases repeat; at most 6 are allowed"
            ])
    }

    @Test func `containers can be nested so deep, also by aliases`() {
        #expect(read("[[{a: x}]]", depth: 3).faults.isEmpty)
        #expect(read("- - a: [x]", depth: 3).faults.map(\.shown) == ["1: is nested more than 3 levels deep"])
        #expect(read("- &a [x]\n- [*a]\n", depth: 3).faults.isEmpty)
        #expect(
            read("- &a [x]\n-\n - - *a\n", depth: 3).faults.map(\.shown) == ["3: is nested more than 3 levels deep"])
    }

    @Test(arguments: ["[", "{", "- ", "? ", "[? ", "{a: "])
    func `a mebibyte of the beginnings of containers is refused at once`(start: String) {
        let text = String(repeating: start, count: (1 << 20) / start.utf8.count)
        expectQuick { #expect(faults(text).count == 1) }
    }

    @Test(arguments: [false, true])
    func `aliases that multiply are refused at once, also in a key`(isKey: Bool) {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1...30 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        if isKey { text += "? *a30\n: 1\n" }
        expectQuick { #expect(faults(text) == [Self.tooMany(.max, line: 4)]) }
    }

    @Test func `large texts that aliases repeat are refused at once`() {
        let text = "- &a \"\(String(repeating: "x", count: 1 << 19))\"\n" + String(repeating: "- *a\n", count: 9000)
        expectQuick {
            #expect(
                faults(text) == [
                    "9: has 4719116288 bytes of text, counting what its aliases repeat; at most 4194304 are allowed"
                ])
        }
    }

    @Test(arguments: [
        (Long("- &a [", "x,", 500_000, "]"), 500_002, 1), (Long("", "- x\n", 250_000), 250_001, 10_000),
        (Long("", "---\n", 250_000), 250_000, 10_001),
        (Long(String(repeating: "[", count: 60), "{a: 1},", 140_000), 420_060, 1),
        (Long(String(repeating: "? ", count: 60) + "[", "x,", 500_000, "]"), 500_121, 1),
    ])
    func `too many values are counted and refused at once`(long: Long, count: Int, line: Int) {
        expectQuick { #expect(faults(long.text).last == Self.tooMany(count, line: line)) }
    }

    @Test func `what follows a fault is not counted`() {
        let text = String(repeating: "- x\n", count: 20_000) + "- [\n- &a x\n"
        #expect(faults(text).map { $0.prefix(30) } == ["10000: has 20002 values and keys"[...].prefix(30)])
        #expect(read("- x\n- x\n- x\n- [\n", nodes: 2).faults.map(\.detail).first?.hasPrefix("has 5 values") == true)
    }

    @Test func `too many directives are refused at once`() {
        let text = (0..<60_000).map { "%TAG !a\($0)! x\n" }.joined() + "---\na: 1\n"
        expectQuick { #expect(faults(text) == ["has more than 100 lines that begin with %TAG"]) }
    }

    @Test(arguments: [
        Long("", "x ", 500_000), Long("? ", "k", 1_000_000, "\n: 1\n"), Long("", "# x\n", 250_000),
        Long("", "\n", 1_000_000), Long("a: >\n", "  x\n\n", 200_000), Long("\"", "\\u00e9", 170_000, "\""),
    ])
    func `a mebibyte of text is read quickly`(long: Long) {
        expectQuick { #expect(faults(long.text).isEmpty) }
    }

    /// Generous: these take milliseconds, or minutes if something grows faster than the text.
    private func expectQuick(_ body: () -> Void) {
        #expect(ContinuousClock().measure(body) < .seconds(10))
    }
}

/// A long text, of which the log of the tests shows only how it is made.
struct Long: CustomTestStringConvertible, Sendable {
    private let before: String
    private let repeated: String
    private let count: Int
    private let after: String

    init(_ before: String, _ repeated: String, _ count: Int, _ after: String = "") {
        self.before = before
        self.repeated = repeated
        self.count = count
        self.after = after
    }

    var text: String { before + String(repeating: repeated, count: count) + after }
    var testDescription: String { "\(before.debugDescription), \(count) × \(repeated.debugDescription)" }
}
