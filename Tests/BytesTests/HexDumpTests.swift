import Bytes
import Testing

@Suite struct HexDumpTests {
    private static let header: [UInt8] = [
        0x5D, 0x01, 0x02, 0x00, 0xB8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xB0, 0x00,
        0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x06, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    ]

    @Test(arguments: [
        (
            "db",
            """
            0: kd> db rcx L20
            ffffc70f`3c6b1010  5d 01 02 00 b8 00 00 00-00 00 00 00 00 00 00 00  ]...............
            ffffc70f`3c6b1020  b0 00 00 00 01 00 00 00-06 00 00 00 00 00 00 00  ................
            """
        ),
        (
            "db whose text looks like hex",
            """
            ffffc70f`3c6b1010  5d 01 02 00 b8 00 00 00-00 00 00 00 00 00 00 00  ab cd ef 01:23 >
            ffffc70f`3c6b1020  b0 00 00 00 01 00 00 00-06 00 00 00 00 00 00 00  001122334455:677
            """
        ),
        (
            "dd",
            """
            ffffc70f`3c6b1010  0002015d 000000b8 00000000 00000000
            ffffc70f`3c6b1020  000000b0 00000001 00000006 00000000
            """
        ),
        (
            "dc",
            """
            ffffc70f`3c6b1010  0002015d 000000b8 00000000 00000000  ]...............
            ffffc70f`3c6b1020  000000b0 00000001 00000006 00000000  ................
            """
        ),
        (
            "dq",
            """
            lkd> dq rcx L4
            ffffc70f`3c6b1010  000000b8`0002015d 00000000`00000000
            ffffc70f`3c6b1020  00000001`000000b0 00000000`00000006
            """
        ),
        (
            "dq, its spaces folded",
            """
            ffffc70f`3c6b1010 000000b8`0002015d 00000000`00000000
            ffffc70f`3c6b1020 00000001`000000b0 00000000`00000006
            """
        ),
        ("dq without addresses", "000000b8`0002015d 00000000`00000000\n00000001`000000b0 00000000`00000006"),
        ("dd without addresses", "0002015d 000000b8 00000000 00000000\n000000b0 00000001 00000006 00000000"),
        (
            "dw of 32 bits",
            """
            863bd010  015d 0002 00b8 0000 0000 0000 0000 0000
            863bd020  00b0 0000 0001 0000 0006 0000 0000 0000
            """
        ),
        (
            "a partial last line",
            """
            ffffc70f`3c6b1010  5d 01 02 00 b8 00 00 00-00 00 00 00 00 00 00 00  ]...............
            ffffc70f`3c6b1020  b0 00 00 00 01 00 00 00-06                       .........
            ffffc70f`3c6b1029  00 00 00 00 00 00 00                             .......
            """
        ),
        (
            "xxd",
            """
            00000000: 5d01 0200 b800 0000 0000 0000 0000 0000  ]...............
            00000010: b000 0000 0100 0000 0600 0000 0000 0000  ................
            """
        ),
        (
            "hexdump -C",
            """
            00000000  5d 01 02 00 b8 00 00 00  00 00 00 00 00 00 00 00  |]...............|
            00000010  b0 00 00 00 01 00 00 00  06 00 00 00 00 00 00 00  |................|
            00000020
            """
        ),
        (
            "gdb's x/8xw",
            """
            0x7fffe010:\t0x0002015d\t0x000000b8\t0x00000000\t0x00000000
            0x7fffe020 <message+16>:\t0x000000b0\t0x00000001\t0x00000006\t0x00000000
            """
        ),
        (
            "gdb's x/32xb",
            """
            0x7fffe010:\t0x5d\t0x01\t0x02\t0x00\t0xb8\t0x00\t0x00\t0x00
            0x7fffe018:\t0x00\t0x00\t0x00\t0x00\t0x00\t0x00\t0x00\t0x00
            0x7fffe020:\t0xb0\t0x00\t0x00\t0x00\t0x01\t0x00\t0x00\t0x00
            0x7fffe028:\t0x06\t0x00\t0x00\t0x00\t0x00\t0x00\t0x00\t0x00
            """
        ),
        ("digits", "5d010200b80000000000000000000000b00000000100000006000000000000 00"),
        (
            "digits of any case, spaced as one likes",
            "5D 01 0200  B8000000\t0000 0000 0000 0000\r\n# the rest\r\nb00000000100000006000000 00000000"
        ),
        ("groups as they stand", "5d010200 b8000000 00000000 00000000\nb0000000 01000000 06000000 00000000"),
        (
            "a C array",
            """
            { 0x5d, 0x01, 0x02, 0x00, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
              0xb0, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x06, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 };
            """
        ),
    ])
    func `a dump is read`(name: String, text: String) throws {
        #expect(try HexDump(text).bytes == HexDumpTests.header, "\(name)")
    }

    @Test func `repeated lines that hexdump leaves out are restored`() throws {
        let text = """
            00000000  5d 01 02 00 b8 00 00 00  00 00 00 00 00 00 00 00  |]...............|
            00000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
            *
            00000040  01                                                |.|
            00000041
            """
        let dump = try HexDump(text)
        #expect(dump.bytes.count == 0x41)
        #expect(dump.bytes.last == 1)
        #expect(dump.address == 0)
    }

    @Test(arguments: [
        ("", 0), ("\n\n", 0), ("kd> db rcx\n", 0), ("hello", 1), ("5d 01\nzz", 2), ("5d 0", 1), ("5", 1), ("0x", 1),
        ("ffffc70f`3c6b1010  ???????? ????????", 1), ("ffffc70f`3c6b1010  ?? ??", 1),
        ("ffffc70f`3c6b1010  0002015d 00b8", 1),
        // A line is missing or doubled, or the first ones have no address.
        ("863bd010  0002015d 000000b8\n863bd020  000000b0", 2),
        ("863bd010  0002015d\n863bd010  0002015d", 2), ("5d 01\n863bd010  0002015d", 2),
        ("00000000  5d\n*\n00000000  5d", 3), ("00000000: 5d01\n*\n00000005: 00", 3),
    ])
    func `a text that is not a dump is refused with its line`(text: String, line: Int) {
        #expect { try HexDump(text) } throws: { ($0 as? HexDumpFault)?.line == line }
    }

    @Test func `an endless repetition is refused`() {
        #expect(throws: HexDumpFault.self) {
            try HexDump("00000000: 00\n*\nffffffffffffffff: 00")
        }
    }

    @Test func `any text is read or refused`() {
        let pieces = [
            "ffffc70f`3c6b1010", "  ", " ", "5d", "0x", "-", "|", ":", "*", "\n", "\t", "`", "?", "00", "zz", "é", ">",
            "<", "{", ",",
            "00000000", "0000000000000000", "\r", "\u{A0}", "-1", "+1", "0x+1",
        ]
        var state: UInt64 = 1
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(state >> 33) % pieces.count]
            }
            if let dump = try? HexDump(text) { #expect(!dump.bytes.isEmpty) }
        }
    }
}
