import Dumps
import Messages
import Testing

/// Lines that are missing, wrong or left out.
@Suite struct GapTests {
    @Test(arguments: [0, 1, 2])
    func `a missing line is a fault at the line after it`(lost: Int) throws {
        var lines = Sample.dump.split(separator: "\n")
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
        let other = Sample.dump.replacing("`1111", with: "`2222")
        let lines = Sample.dump.split(separator: "\n")
        let read = try found([lines[0], lines[2], lines[3]].joined(separator: "\n") + "\nkd> db\n" + other)
        #expect(read.map(\.faultLine) == [2, nil])
        #expect(read.last?.bytes == Sample.bytes)
    }

    @Test func `swapped lines are a fault`() throws {
        let lines = Sample.dump.split(separator: "\n")
        #expect(try found([lines[0], lines[2], lines[1], lines[3]].joined(separator: "\n")).map(\.faultLine) == [2])
    }

    @Test func `a line without addresses that cannot be read is a fault, if the dump goes on after it`() throws {
        var lines = Sample.digits(Sample.bytes).split(separator: "\n").map(String.init)
        lines[2] = lines[2].replacing("69", with: "6g")
        #expect(try found(lines.joined(separator: "\n")).map(\.faultLine) == [3])
        // At the end it only cuts the message off.
        #expect(try found(lines.prefix(3).joined(separator: "\n")).map(\.bytes) == [Array(Sample.bytes.prefix(32))])
    }

    @Test func `a line that is written in another way is not part of a dump without addresses`() throws {
        let lines = Sample.digits(Sample.bytes).split(separator: "\n").map { $0.replacing(" ", with: "") }
        for last in ["0x\(lines[3])", "00 0", "013", "300 200 100 000"] {
            let text = (lines.prefix(3) + [Substring(last)]).joined(separator: "\n")
            #expect(try found(text).map(\.bytes) == [Array(Sample.bytes.prefix(48))], "\(last)")
        }
        #expect(try found("0x" + lines.joined()).map(\.bytes) == [Sample.bytes])
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
            let text = Sample.dump.replacing("c8 00 00 00 80", with: wrong)
            let read = try found(text)
            #expect(read.map { $0.bytes == nil || $0.bytes == Array(Sample.bytes.prefix(48)) } == [true], "\(wrong)")
        }
    }

    @Test func `memory that cannot be read cuts a message off`() throws {
        let text =
            Sample.firstLines
            + "\nffff8000`11112020  ?? ?? ?? ?? ?? ?? ?? ??-?? ?? ?? ?? ?? ?? ?? ??  ????????????????\n"
        let dump = try #require(try found(text + text.replacing("`1111", with: "`2222")).first?.dump)
        #expect(dump.bytes == Array(Sample.bytes.prefix(32)))
        #expect(dump.remarks == ["the debugger could not read the memory that follows (line 3)"])
        #expect(try found(text + Sample.lastLines).first?.faultLine == 4)
        let words = "ffff8000`11112000  0000003c`0030005d\nffff8000`11112008  ????????`????????"
        #expect(try found(words).map(\.bytes) == [Array(Sample.bytes.prefix(8))])
    }

    @Test func `memory that another command prints below a whole message is another dump`() throws {
        let stack =
            "\nffff8000`11119000  00000000`00000003 fffff803`33331000\nffff8000`11119010  00000000`00000000 00000000`00000000"
        #expect(try found(Sample.dump + stack).map { $0.bytes?.count } == [60, 32])
        #expect(try found(Sample.firstLines + stack).map(\.faultLine) == [3])
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
}
