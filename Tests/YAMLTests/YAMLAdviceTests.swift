import Testing
import YAML

@Suite struct YAMLAdviceTests {
    @Test(arguments: [
        ("a:\n\t- b\n", "2: is not YAML: found a tab at column 1; a tab cannot indent, use spaces"),
        ("x: 1\n\ty: 1", "; a tab cannot indent, use spaces"),
        ("name: mimikatz: denied\n", "at column 15; put a text that contains \": \" in quotes"),
        ("a: 1\n b: 2\n", "at column 3; indent members alike, with a space after each colon"),
        (
            "a: \"C:\\xyz\"\n",
            "did not find expected hexadecimal number at column 9; in double quotes write \\\\, or use single quotes"
        ),
        ("a: @b\n", "at column 4; put a text that begins with @ in single quotes"),
        ("a: `b`\n", "; put a text that begins with ` in single quotes"),
        ("a: %b\n", "; put a text that begins with % in single quotes"),
        ("é: *.exe\n", "; put a text that begins with * in single quotes"),
        ("a: *b\n", "; put a text that begins with * in single quotes"),
        ("a: & b\n", "; put a text that begins with & in single quotes"),
        ("a: !x,y z\n", "; put a text that begins with ! in single quotes"),
        ("a: |b c\n", "; put a text that begins with | or > in single quotes"),
        ("a: >=5\n", "; put a text that begins with | or > in single quotes"),
        ("a: 1\nb: \"c\nd: 1\n", "; close the quote of line 2"), ("a: 'b\n---\n", "; close the quote of line 1"),
        ("a: 'it's so'\n", "at column 8; quote the whole text, and write '' for a ' in it"),
        ("a: {b: 'it's so'}\n", "at column 12; quote the whole text, and write '' for a ' in it"),
        ("a: \"b\"\\c\n", "at column 7; quote the whole text, and write \\\" for a \" in it"),
        ("a: 'b' c\n", "at column 8; quote the whole text, and write '' for a ' in it"),
        (
            "a: 'b\nc: {d: 'C:\\e'}\n",
            "2: is not YAML: did not find expected key at column 9 while parsing a block mapping from line 1; "
                + "the quote that line 1 opens is closed here, close it in its line"
        ),
        (
            "- {a: 'b}\n- {a: 'b'}\n",
            "2: is not YAML: did not find expected ',' or '}' at column 8 while parsing a flow mapping from line 1; "
                + "the quote that line 1 opens is closed here, close it in its line"
        ), ("a:\n  b: 1\n c: 1\n", "; indent all members of a mapping alike"),
        ("- a: {b: 1\n- c\n", "; put commas between the parts and } at the end of what begins in line 1"),
        ("a: [b, c\nd: 1\n", "; put commas between the parts and ] at the end of what begins in line 1"),
        ("a: [\n", "; close each [ with ] and each { with }, and quote texts with these"),
        ("- a\n-b\n", "; write NAME: VALUE or - VALUE, with a space after : or -"),
        (
            "- a: 1\n-b: 1\n",
            "2: is not YAML: did not find expected '-' indicator at column 1 while parsing a block collection from line 1; "
                + "write a space after the -"
        ),
        ("- a: 1\nb: 1\n", "; begin each item with \"- \", and indent all alike"),
        ("a: {b: ${c}}\n", "at column 9; put a text with ${ in quotes"),
        ("a: {b: x-${c}, d: 1}\n", "at column 11; put a text with ${ in quotes"),
        ("a: [${c}]\n", "at column 6; put a text with ${ in quotes"),
        ("a: {b: ?? 5d}\n", "; put a text that begins with ? in single quotes"),
        ("a: {b:? c}\n", "found unexpected ':' at column 6; write a space after a colon, or quote the text"),
        ("a: {b: 1,, c: 2}\n", "; leave out a comma"),
        ("- {a: b}}\n", "at column 9; leave out the } that closes nothing"),
        ("a: [b]]\n", "at column 7; leave out the ] that closes nothing"),
        ("a: 1\n--\nb: 1\n", "; divide documents by a line with ---"),
        ("a: 1\n----\nb: 1\n", "; divide documents by a line with ---"),
        ("- a: 1\n  b:c\n- d: 1\n", "; write a space after the colon in line 2"),
        ("- a:\n    b:c\n    d: 1\n", "; write a space after the colon in line 2"),
        ("a: 1\n# x\nb: http://c\n d: 1\n", "; indent members alike, with a space after each colon"),
        ("a: - b\n", "; begin a list on a line of its own"),
        ("a:b\nc: d\n", "; write a space after the colon in line 1"),
        ("a: 1\nb\nc: d\n", "; write NAME: VALUE or - VALUE, with a space after : or -"),
        ("a: 1\n...\nb: 1\n", "; indent the lines of a document alike, and divide documents by a line with ---"),
        ("%a: 1\n", "; put a text that begins with % in single quotes"),
    ])
    func `a common slip has advice`(text: String, advice: String) throws {
        let found = faults(text)
        #expect(found.count == 1)
        #expect(found[0].hasSuffix(advice), "\(found)")
    }

    @Test func `the column counts characters, in the line of the fault`() {
        #expect(faults("# é\né😀: x: y\n")[0].contains(" at column 6;"))
        #expect(faults("# é\r\né😀: x: y\r\n")[0].contains("2: is not YAML: "))
        #expect(faults("# é\r\né😀: x: y\r\n")[0].contains(" at column 6;"))
    }
}
