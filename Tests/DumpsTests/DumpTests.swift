import Dumps
import Messages
import Testing

@Suite struct DumpTests {
    private static let first = """
        ffff8000`11112000  5d 00 30 00 3c 00 00 00-02 00 00 00 08 00 00 00  ].0.<...........
        ffff8000`11112010  05 00 00 00 00 00 00 00-03 00 00 00 64 00 00 00  ............d...
        """
    private static let second = """
        ffff8000`11112020  00 00 05 69 36 c0 d5 01-0c 00 00 00 00 00 00 00  ...i6...........
        ffff8000`11112030  c8 00 00 00 80 96 9d 69-36 c0 d5 01              .......i6...
        """
    private static let whole = first + "\n" + second

    // Several dumps

    @Test func `each dump is a message, in the order of the lines`() throws {
        let other = Self.whole.replacing("`1111", with: "`2222")
        let plain = "5d 00 30 00 b8 00 00 00"
        let dumps = try found("0: kd> db\n\(Self.whole)\n0: kd> g\n\(plain)\n0: kd> db\n\(other)").compactMap(\.dump)
        #expect(dumps.map(\.line) == [2, 7, 9])
        #expect(dumps.map(\.address) == [0xFFFF_8000_1111_2000, nil, 0xFFFF_8000_2222_2000])
        #expect(dumps.map(\.bytes.count) == [60, 8, 60])
    }

    @Test(arguments: ["\n", "\n\n", "\n0: kd> g\n0: kd> db rcx L3c\n"])
    func `a line that begins like a message begins another one`(between: String) throws {
        #expect(try found(Self.whole + between + Self.whole).map(\.bytes) == [Sample.bytes, Sample.bytes])
        let digits = Self.digits(Sample.bytes)
        #expect(try found(digits + between + digits).map(\.bytes) == [Sample.bytes, Sample.bytes])
    }

    @Test func `messages in adjacent memory are two`() throws {
        let next = Self.whole.replacing("112000", with: "11203c").replacing("112010", with: "11204c")
            .replacing("112020", with: "11205c").replacing("112030", with: "11206c")
        #expect(try found(Self.whole + "\n" + next).map(\.bytes) == [Sample.bytes, Sample.bytes])
    }

    @Test func `bytes within a message that look like the beginning of one are data`() throws {
        let data = SyncMessage(
            ioPriority: MpIoPriority(), currentProcess: .none,
            data: .registryEventSync(registryData: [UInt8](repeating: 7, count: 16) + Sample.bytes)
        ).bytes
        #expect(try found(Self.digits(data)).map(\.bytes) == [data])
    }

    @Test func `a message that is cut off by a prompt goes on after it, if the addresses do`() throws {
        #expect(try found(Self.first + "\n-- more --\n\n" + Self.second).map(\.bytes) == [Sample.bytes])
    }

    @Test func `a dump that does not begin like a message is one, too, but not the lines of a stack`() throws {
        let stack = """
            ffff8000`11119000  00000000`00000003
            ffff8000`11119008  fffff803`33331000 nt!PspCallThreadNotifyRoutines+0xbd
            ffff8000`11119010  fffff803`33332000 nt!PspInsertThread+0x11
            """
        #expect(try found(stack + "\n" + Self.whole).map(\.bytes) == [Sample.bytes])
        let bytes = Self.whole.replacing("5d 00 30 00", with: "5e 00 30 00").replacing("].0", with: "^.0")
        #expect(try found(bytes + "\n0: kd> db\n" + Self.whole).compactMap(\.bytes?.first) == [0x5E, 0x5D])
    }

    // Gaps

    @Test(arguments: [0, 1, 2])
    func `a missing line is a fault at the line after it`(lost: Int) throws {
        var lines = Self.whole.split(separator: "\n")
        lines.remove(at: lost)
        let read = try found("kd> db rcx\n" + lines.joined(separator: "\n"))
        if lost == 0 {
            #expect(read.map { MessageHeader($0.bytes ?? [0x5D, 0x00, 0x30, 0x00]) } == [nil])
        } else {
            let next = ["", "20", "30"][lost], end = ["", "10", "20"][lost]
            #expect(
                read == [
                    .fault(
                        lost + 2,
                        "begins at 0xffff8000111120\(next), but the line before it ends at 0xffff8000111120\(end)")
                ])
        }
    }

    @Test func `the lines after a gap are not another message`() throws {
        let other = Self.whole.replacing("`1111", with: "`2222")
        let lines = Self.whole.split(separator: "\n")
        let read = try found([lines[0], lines[2], lines[3]].joined(separator: "\n") + "\nkd> db\n" + other)
        #expect(read.map(\.faultLine) == [2, nil])
        #expect(read.last?.bytes == Sample.bytes)
    }

    @Test func `swapped lines are a fault`() throws {
        let lines = Self.whole.split(separator: "\n")
        #expect(try found([lines[0], lines[2], lines[1], lines[3]].joined(separator: "\n")).map(\.faultLine) == [2])
    }

    @Test func `a line without addresses that cannot be read is a fault, if the dump goes on after it`() throws {
        var lines = Self.digits(Sample.bytes).split(separator: "\n").map(String.init)
        lines[2] = lines[2].replacing("69", with: "6g")
        #expect(try found(lines.joined(separator: "\n")).map(\.faultLine) == [3])
        // At the end it only cuts the message off.
        #expect(try found(lines.prefix(3).joined(separator: "\n")).map(\.bytes) == [Array(Sample.bytes.prefix(32))])
    }

    @Test func `a missing last line shows in the size that hexdump prints`() throws {
        let text = """
            0000000 005d 0030 003c 0000 0002 0000 0008 0000
            0000010 0005 0000 0000 0000 0003 0000 0064 0000
            000003c
            """
        #expect(try found(text) == [.fault(3, "ends at 0x3c, but the line before it ends at 0x20")])
    }

    @Test func `something between the words and the end of a line is a fault`() throws {
        for wrong in ["c8 00 00 0g 80", "c8 00 0 00 80", "c8 00 00 0000 80", "c8 00 00 -- 80"] {
            let text = Self.whole.replacing("c8 00 00 00 80", with: wrong)
            let read = try found(text)
            #expect(read.map { $0.bytes == nil || $0.bytes == Array(Sample.bytes.prefix(48)) } == [true], "\(wrong)")
        }
    }

    @Test func `memory that cannot be read cuts a message off`() throws {
        let text =
            Self.first + "\nffff8000`11112020  ?? ?? ?? ?? ?? ?? ?? ??-?? ?? ?? ?? ?? ?? ?? ??  ????????????????\n"
        let dump = try #require(try found(text + text.replacing("`1111", with: "`2222")).first?.dump)
        #expect(dump.bytes == Array(Sample.bytes.prefix(32)))
        #expect(dump.remarks == ["the debugger could not read the memory that follows (line 3)"])
        #expect(try found(text + Self.second).first?.faultLine == 4)
        let words = "ffff8000`11112000  0000003c`0030005d\nffff8000`11112008  ????????`????????"
        #expect(try found(words).map(\.bytes) == [Array(Sample.bytes.prefix(8))])
    }

    @Test func `memory that another command prints below a whole message is another dump`() throws {
        let stack =
            "\nffff8000`11119000  00000000`00000003 fffff803`33331000\nffff8000`11119010  00000000`00000000 00000000`00000000"
        #expect(try found(Self.whole + stack).map { $0.bytes?.count } == [60, 32])
        #expect(try found(Self.first + stack).map(\.faultLine) == [3])
    }

    @Test func `two lines of od without the size could be hexdump's with one missing`() throws {
        let lines = [
            "0000000 005d 0030 003c 0000 0002 0000 0008 0000", "0000020 0005 0000 0000 0000 0003 0000 0064 0000",
            "0000040 0000 6905 c036 01d5 000c 0000 0000 0000",
        ]
        #expect(try found(lines.prefix(2).joined(separator: "\n")).map(\.faultLine) == [1])
        #expect(
            try found(lines.prefix(2).joined(separator: "\n") + "\n0000040").map(\.bytes) == [
                Array(Sample.bytes.prefix(32))
            ])
        #expect(try found(lines.joined(separator: "\n")).map(\.bytes) == [Array(Sample.bytes.prefix(48))])
    }

    // Lines that were left out

    @Test func `repeated lines that hexdump leaves out are restored`() throws {
        let text = """
            00000000  5d 00 30 00 3c 00 00 00  02 00 00 00 08 00 00 00  |].0.<...........|
            00000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
            *
            00000040  01                                                |.|
            00000041
            """
        let dump = try #require(try found(text).first?.dump)
        #expect(dump.bytes == Array(Sample.bytes.prefix(16)) + [UInt8](repeating: 0, count: 48) + [1])
        let end = text.replacing(
            "00000040  01                                                |.|\n00000041", with: "00000040")
        #expect(try found(end).map(\.bytes?.count) == [64])
        #expect(try found(text.replacing("00000040", with: "00000041")).map(\.faultLine) == [4])
        #expect(try found(text.replacing("*", with: "*\n\nNext:")).first?.bytes?.count == 32)
    }

    @Test func `repetitions are limited in all dumps together`() throws {
        let text = try #require(DumpText("0: 5d003000\n0000004: 00000000\n*\n0ffffff0: 00000000\n"))
        #expect { try Dump.all(in: text) } throws: { ($0 as? DumpFault)?.line == 4 }
    }

    // Byte order

    @Test func `words without a mark have the order in which they begin like a message, with a remark`() throws {
        let little = "863bd010  0030005d 0000003c\n", big = "863bd010  5d003000 3c000000\n"
        for (text, order) in [(little, "little"), (big, "big")] {
            let dump = try #require(try found(text).first?.dump)
            #expect(dump.bytes == Array(Sample.bytes.prefix(8)))
            #expect(
                dump.remarks == [
                    "the words were read as \(order)-endian, because only then do they begin like a message"
                ])
        }
    }

    @Test func `words that begin like a message in neither order are refused until the order is given`() throws {
        let text = "863bd010  000000c8 699d9680\n863bd018  01d5c036"
        #expect(try found(text).map(\.faultLine) == [1])
        #expect(try found(text, as: .syncData(.newThreadDifferentProcess)).map(\.faultLine) == [1])
        let data = Array(Sample.bytes.suffix(12))
        #expect(try found(text, as: .syncData(.newThreadDifferentProcess), order: .little).map(\.bytes) == [data])
        #expect(try found(text, order: .big).first?.bytes?.prefix(4) == [0x00, 0x00, 0x00, 0xC8])
    }

    @Test func `words that continue a message in bytes are refused until the order is given`() throws {
        let text =
            Self.first.replacing("ffff8000`", with: "") + "\nkd> dd\n11112020  69050000 01d5c036 0000000c 00000000\n"
        #expect(try found(text).map(\.faultLine) == [1])
        #expect(try found(text, order: .little).map(\.bytes) == [Array(Sample.bytes.prefix(48))])
    }

    @Test(arguments: [
        "ffff8000`11112000  000000c8`699d9680", "ffff8000`11112000  699d9680 000000c8",
        "863bd010:\t0x699d9680\t0x000000c8",
        "863bd010  699d9680 000000c8  ...i....",
    ])
    func `a backtick, 0x and a text column are marks`(text: String) throws {
        let read = try found(text, as: .syncData(.registryEventSync), order: .big)
        #expect(read.map(\.bytes) == [[0x80, 0x96, 0x9D, 0x69, 0xC8, 0, 0, 0]])
    }

    // Where the words end

    @Test func `a text that looks like words is not data`() throws {
        let bytes = Array("be ef dead 00112233 5d 00".utf8)
        for count in 8...bytes.count {
            let data = Array(bytes.prefix(count)), text = String(decoding: data, as: UTF8.self)
            let pairs = data.map { String($0, radix: 16) }.joined(separator: " ")
            for line in [
                "00000000: \(pairs)  \(text)", "ffff8000`11112000  \(pairs) \(text)", "000000 \(pairs)  >\(text)<",
            ] {
                #expect(try found(line, as: .syncData(.registryEventSync)).map(\.bytes) == [data], "\(line)")
            }
        }
    }

    @Test func `an address without a colon is not data`() throws {
        let data = Array(Sample.bytes.suffix(12))
        let text = "000000 c8 00 00 00 80 96 9d 69 36 c0 d5 01\n"
        #expect(try found(text + "00000c\n", as: .syncData(.newThreadDifferentProcess)).map(\.bytes) == [data])
        // Without the last line, it could be data.
        #expect(try found(text, as: .syncData(.newThreadDifferentProcess)).map(\.faultLine) == [1])
    }

    @Test(arguments: [
        "Breakpoint 0 hit", "add", "dead beef cafe", "We add 5d 00 30 00 to it", "0: kd> r", "rax=5d003000",
        "2026-11-29",
        "12:30:00", "5d:00:30", "0x5d bytes", "add 5d 00 30 00", "rax = 0x0000003c0030005d",
        "fffff803`22221000 4053  push rbx",
        "00 ffff8000`11112000 fffff803`22221000 nt!Foo+0x1",
        "0012fb18 7c90e89a 00000000 0012fb30 00000000 ntdll!Foo+0x1", "Opened log file 'c:\\temp\\wd.log'",
        "{5, 10, 48}", "93, 10, 48, 11, 60",
        "0x7fffe010:\t93\t10\t48\t11", "0000000  93  10  48  11", "0000000   ]  \\0   0  \\0",
        "hello", "5d 0", "5", "0x", "XQAwADw", "\"5d\"", "-1 -2", "+1",
    ])
    func `other text is not a dump`(text: String) throws {
        #expect(try found("The log:\n" + text + "\nThe end.") == [])
        #expect(try found("The log:\n" + text + "\nThe end.", as: .syncData(.registryEventSync)) == [])
    }

    @Test func `a text without anything else is a dump, whatever it begins with`() throws {
        #expect(try found("dead beef\n\n# and more\n00 11\n").map(\.bytes) == [[0xDE, 0xAD, 0xBE, 0xEF, 0x00, 0x11]])
    }

    @Test func `base64 ends with its padding or with a shorter line`() throws {
        let line = "XQAwADwAAAACAAAACAAAAAUAAAAAAAAA"
        #expect(try found("\(line)\nAwAAAA==\nJohn").map(\.bytes?.count) == [28])
        #expect(try found("\(line)\n\(line)\nAwAA\nJohn").map(\.bytes?.count) == [51])
        #expect(try found("test") == [])
        #expect(try found("yAAAAICWnWk2wNUB", as: .syncData(.newThreadDifferentProcess)).map(\.bytes?.first) == [0xC8])
    }

    @Test func `colors of a terminal are left out`() throws {
        let text = "\u{1B}[1;33m00000000: 5d00\u{1B}[0m 3000 3c00 0000  \u{1B}[31m].0.<...\u{1B}[0m\n"
        #expect(try found(text).map(\.bytes) == [Array(Sample.bytes.prefix(8))])
    }

    @Test func `control characters are not text`() {
        #expect(DumpText("5d 00\u{0}") == nil)
        #expect(DumpText("5d 00\u{7F}") == nil)
    }

    @Test func `any text is read or refused`() throws {
        let pieces = [
            "ffffc70f`3c6b1010", "  ", " ", "5d", "0x", "-", "|", ":", "*", "\n", "\t", "`", "?", "00", "zz", "é", ">",
            "<", "{",
            ",", "00000000", "0000000000000000", "\r", "\u{A0}", "-1", "+1", "0x+1", "'", "\"", "\\x5d", "\\", "#",
            "<repeats ",
            " times>", "9999999", "=", "XQAw", "000000c",
        ]
        var state: UInt64 = 1
        for _ in 0..<4000 {
            var text = ""
            for _ in 0..<16 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(state >> 33) % pieces.count]
            }
            for form in [Dissection.Form.detect, .syncReply] {
                for dump in try found(text, as: form) { #expect(dump.bytes?.isEmpty != true, "\(text)") }
            }
        }
    }

    private static func digits(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: bytes.count, by: 16).map { start in
            bytes[start..<min(start + 16, bytes.count)].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(
                separator: " ")
        }.joined(separator: "\n")
    }
}
