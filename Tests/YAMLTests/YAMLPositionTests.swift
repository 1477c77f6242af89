import Testing
import YAML

@Suite struct YAMLPositionTests {
    /// The keys and scalars of `text` with their positions: `key@1:1`, `text@1:6`.
    private func positions(_ text: String) -> [String] {
        func visit(_ node: YAMLNode) -> [String] {
            let own = "@\(node.position.line):\(node.position.column)"
            switch node.content {
            case .scalar(let scalar): return [scalar.text + own]
            case .list(let items): return ["[" + own] + items.flatMap(visit)
            case .mapping(let members):
                return ["{" + own]
                    + members.flatMap { member in
                        ["\(member.key)@\(member.keyPosition.line):\(member.keyPosition.column)"] + visit(member.value)
                    }
            }
        }
        return read(text).documents.flatMap(visit)
    }

    @Test(arguments: [
        ("a: 1\nbc:  2\n", ["{@1:1", "a@1:1", "1@1:4", "bc@2:1", "2@2:6"]),
        ("a:\n- x\n-  y\n", ["{@1:1", "a@1:1", "[@2:1", "x@2:3", "y@3:4"]),
        ("a:\n  b:\n    c\n", ["{@1:1", "a@1:1", "{@2:3", "b@2:3", "c@3:5"]),
        (
            "{a: [x, y],\n b: {c: 1}}",
            ["{@1:1", "a@1:2", "[@1:5", "x@1:6", "y@1:9", "b@2:2", "{@2:5", "c@2:6", "1@2:9"]
        ),
        ("'a': \"x\"\n", ["{@1:1", "a@1:1", "x@1:6"]),
        ("a: |\n  x\nb: 1", ["{@1:1", "a@1:1", "x\n@1:4", "b@3:1", "1@3:4"]),
        ("a: \"x\n  y\"\nb: z\n", ["{@1:1", "a@1:1", "x y@1:4", "b@3:1", "z@3:4"]),
        ("a: 1\r\nb: 2\r\n", ["{@1:1", "a@1:1", "1@1:4", "b@2:1", "2@2:4"]),
        ("a: 1\rb: 2\r", ["{@1:1", "a@1:1", "1@1:4", "b@2:1", "2@2:4"]),
        ("# x\n---\na: 1\n---\nb: 2\n", ["{@3:1", "a@3:1", "1@3:4", "{@5:1", "b@5:1", "2@5:4"]),
        ("é: 😀\nb: {é: 1, ü: 2}", ["{@1:1", "é@1:1", "😀@1:4", "b@2:1", "{@2:4", "é@2:5", "1@2:8", "ü@2:11", "2@2:14"]),
        ("a:\t1\n", ["{@1:1", "a@1:1", "1@1:4"]), ("? a\n: 1\n", ["{@1:1", "a@1:3", "1@2:3"]),
        ("a: &x 1\nb: *x\n", ["{@1:1", "a@1:1", "1@1:4", "b@2:1", "1@2:4"]),
        ("- a: 1\n  b: 2\n", ["[@1:1", "{@1:3", "a@1:3", "1@1:6", "b@2:3", "2@2:6"]),
    ])
    func `values and keys have the line and column where they begin`(text: String, expected: [String]) {
        #expect(positions(text) == expected)
    }
}
