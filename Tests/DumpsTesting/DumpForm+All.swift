extension DumpForm {
    /// All forms.
    public static let all = debuggers + viewers + literals

    private static let debuggers: [DumpForm] = [
        DumpForm("db", .memory(.max)) { "\($0.ticked)  \($1.pairs(middle: "-").padded(47))  \($1.text)" },
        DumpForm("db, 32 bits", .memory(0xFFFF_0000)) {
            "\($0.hex(8))  \($1.pairs(middle: "-").padded(47))  \($1.text)"
        },
        DumpForm("dw", .memory(.max), wordSize: 2) { "\($0.ticked)  \($1.words(2))" },
        DumpForm("dd", .memory(.max), wordSize: 4) { "\($0.ticked)  \($1.words(4))" },
        DumpForm("dd, 32 bits", .memory(0xFFFF_0000), wordSize: 4, needsHeader: true) {
            "\($0.hex(8))  \($1.words(4))"
        },
        DumpForm("dc", .memory(.max), wordSize: 4) { "\($0.ticked)  \($1.words(4).padded(35))  \($1.text)" },
        DumpForm("dq", .memory(.max), wordSize: 8) { "\($0.ticked)  \($1.words(8, tick: true))" },
        DumpForm("dps", .memory(.max), 8, wordSize: 8) {
            "\($0.ticked)  \($1.words(8, tick: true))\($0 & 0x18 == 8 ? " nt!KiSystemCall64+0x1" : "")"
        },
        DumpForm("!db", .memory(0xFFF0)) { "#\($0.hex(1).leftPadded(8)) \($1.pairs()) \($1.text)" },
        DumpForm("!dd", .memory(0xFFF0), wordSize: 4) { "#\($0.hex(1).leftPadded(8)) \($1.words(4))" },
        DumpForm("x/xb", .memory(.max), 8) { "0x\($0.hex(1)) <b+\($0 & 0xFF)>:\t\($1.words(1, prefix: "0x", "\t"))" },
        DumpForm("x/xh", .memory(.max), wordSize: 2) { "0x\($0.hex(1)):\t\($1.words(2, prefix: "0x", "\t"))" },
        DumpForm("x/xw", .memory(.max), wordSize: 4) { "0x\($0.hex(1)):\t\($1.words(4, prefix: "0x", "\t"))" },
        DumpForm("x/xg", .memory(.max), wordSize: 8) { "0x\($0.hex(1)):\t\($1.words(8, prefix: "0x", "\t"))" },
        DumpForm("lldb", .memory(.max)) { "0x\($0.hex(1)): \($1.pairs().padded(47))  \($1.text)" },
        DumpForm("x64dbg", .memory(.max)) {
            "\($0.hex(16).uppercased())  \($1.pairs().uppercased().padded(47))  \($1.text)"
        },
        DumpForm("radare2 px", .memory(.max)) { "0x\($0.hex(8))  \($1.groups(2).padded(40)) \($1.text)" },
        DumpForm("radare2 pxw", .memory(.max), wordSize: 4) {
            "0x\($0.hex(8))  \($1.words(4, prefix: "0x"))  \($1.text)"
        },
    ]

    private static let viewers: [DumpForm] = [
        DumpForm("xxd", .file) { "\($0.hex(8)): \($1.groups(2).padded(39))  \($1.text)" },
        DumpForm("xxd -g1", .file) { "\($0.hex(8)): \($1.pairs().padded(47))  \($1.text)" },
        DumpForm("xxd -e", .file) { "\($0.hex(8)): \($1.words(4).padded(35))  \($1.text)" },
        DumpForm("xxd -c 20 -g 4", .file, 20) { "\($0.hex(8)): \($1.groups(4).padded(44))  \($1.text)" },
        DumpForm("hexdump", .file, wordSize: 2, needsHeader: true, end: { $0.hex(7) }) {
            "\($0.hex(7)) \($1.words(2).padded(39))"
        },
        DumpForm("hexdump -C", .file, end: { $0.hex(8) }) {
            "\($0.hex(8))  \($1.pairs(middle: "  ").padded(48))  |\($1.text)|"
        },
        DumpForm("hexdump -x", .file, wordSize: 2, needsHeader: true, end: { $0.hex(7) }) {
            "\($0.hex(7))    \($1.words(2, "    "))"
        },
        DumpForm("hexdump -b", .file, end: { $0.hex(7) }) { "\($0.hex(7)) \($1.numbers(1, digits: 3, radix: 8))" },
        DumpForm("hexdump -d", .file, wordSize: 2, needsHeader: true, end: { $0.hex(7) }) {
            "\($0.hex(7))   \($1.numbers(2, digits: 5, radix: 10, "   "))"
        },
        DumpForm("od", .file, wordSize: 2, needsHeader: true, end: { $0.octal(7) }) {
            "\($0.octal(7)) \($1.numbers(2, digits: 6, radix: 8))"
        },
        DumpForm("od -tx1", .file, end: { $0.octal(7) }) { "\($0.octal(7)) \($1.pairs())" },
        DumpForm("od -Ax -tx1z", .file, end: { $0.hex(6) }) { "\($0.hex(6)) \($1.pairs().padded(47))  >\($1.text)<" },
        DumpForm("od -Ad -tx4", .file, wordSize: 4, needsHeader: true, end: { $0.decimal(7) }) {
            "\($0.decimal(7)) \($1.words(4))"
        },
        DumpForm("HxD", .file, headings: ["Offset(h) 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F", ""]) {
            "\($0.hex(8).uppercased())  \($1.pairs().uppercased().padded(47))  \($1.text)"
        },
        DumpForm(
            "Format-Hex", .file,
            headings: [
                "          Offset Bytes                                           Ascii",
                "                 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F",
                "          ------ ----------------------------------------------- -----",
            ]
        ) { "\($0.hex(16).uppercased()) \($1.pairs().uppercased().padded(47)) \($1.latin1)" },
        DumpForm("hexyl", .file) {
            let columns = $1.pairs(middle: " ┊ ").padded(49),
                text = $1.map { 0x21...0x7E ~= $0 ? String(UnicodeScalar($0)) : "⋄" }
            return "│\($0.hex(8))│ \(columns) │\(text.prefix(8).joined())┊\(text.dropFirst(8).joined())│"
        },
        DumpForm("Wireshark", .file) { "\($0.hex(4))  \($1.pairs().padded(47))   \($1.text)" },
    ]

    private static let literals: [DumpForm] = [
        DumpForm("xxd -p", .none, 30) { $1.hex },
        DumpForm("bytes", .none) { " " + $1.pairs() },
        DumpForm("bytes with hyphens", .none, .max) { $1.groups(1, "-").uppercased() },
        DumpForm("bytes with commas", .none, needsHeader: true) { $1.groups(1, ", ") + "," },
        DumpForm("a number", .none, .max, needsHeader: true) { "0x" + $1.hex },
        DumpForm("dd without addresses", .none, wordSize: 4, needsHeader: true) { $1.words(4) },
        DumpForm("dq without addresses", .none, wordSize: 8) { $1.words(8, tick: true) },
        DumpForm(
            "xxd -i", .none, 12, headings: ["unsigned char message[] = {"],
            footers: ["};", "unsigned int message_len = 60;"]
        ) { "  \($1.words(1, prefix: "0x", ", "))," },
        DumpForm("a C string", .none, headings: ["const char message[] ="], footers: ["    ;"]) {
            "    \"\\x\($1.groups(1, "\\x"))\""
        },
        DumpForm("Python's bytes", .none, .max, headings: [">>> message"]) { "b'\($1.pythonCharacters)'" },
        DumpForm("gdb's print", .none, .max, headings: ["(gdb) p message"]) {
            "$1 = {\($1.words(1, prefix: "0x", zeros: false, ", "))}"
        },
        DumpForm("base64", .none, 57, needsHeader: true) { $1.base64 },
    ]
}
