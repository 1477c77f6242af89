import Dumps
import Messages
import Testing

/// What is not part of a dump.
@Suite struct OtherTextTests {
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
}
