import Console
import Dumps
import Messages
import Testing

@testable import wdfilterd

@Suite struct DissectionTableTests {
    private static let smss = AuxPidCreationTime(processId: 584, creationTime: FileTime(ticks: 0x01d5_e83e_692d_c4f2))

    private static func loadImage(_ name: UnicodeString) -> [UInt8] {
        let notify = ImageLoadAndProcessNotify(currentProcess: smss, sessionId: 0, imageFileName: name)
        return AsyncMessage(operation: .loadImage, body: .imageLoadAndProcess(notify)).bytes
    }

    private func table(_ bytes: [UInt8], address: UInt64? = nil, style: TerminalStyle = .plain) -> String {
        DissectionTable(Dissection(bytes), address: address, style: style).text
    }

    @Test func `a message is printed with one line per field`() {
        let message = SyncMessage(
            ioPriority: MpIoPriority(), currentProcess: Self.smss,
            data: .newThreadDifferentProcess(
                targetProcess: AuxPidCreationTime(processId: 664, creationTime: .none)))
        #expect(
            table(message.bytes, address: 0xffff_c70f_3c6b_1010) == """
                NewThreadDifferentProcess, a synchronous message, 60 bytes at 0xffffc70f3c6b1010

                  offset   size  field            value
                SyncMessageData
                  0x00        2  Magic            0x5d
                  0x02        2  SizeHeader       0x30
                  0x04        4  TotalSize        60 (0x3c)
                ~ 0x08        4  IoPriority       2
                ~ 0x0c        4  ThreadPriority   8
                ~ 0x10        4  PagePriority     5
                ~ 0x14        4  (zero)           00 00 00 00
                ~ 0x18        4  TypeOfOperation  3 NewThreadDifferentProcess
                ~ 0x1c       12  CurrentProcess   584 (0x248), created 2020-02-20T22:38:02.7521266Z
                ~ 0x28        4  SizeOfData       12 (0xc)
                ~ 0x2c        4  (zero)           00 00 00 00
                AuxPidCreationTime
                  0x30       12  TargetProcess    664 (0x298), no creation time

                ~ position inferred

                """)
    }

    @Test func `unusual bytes are marked and explained`() {
        var bytes = Self.loadImage("a.dll") + [1, 2]
        bytes[0x1C] = 7
        let lines = table(bytes).split(separator: "\n")
        #expect(lines.contains("! 0x1c        4  (zero)                 07 00 00 00"))
        #expect(lines.contains("! 0x84        2  (unclaimed)            01 02"))
        #expect(lines.contains("! 0x1c (zero): the driver would write 00 00 00 00"))
        #expect(lines.contains("! 0x84 2 more bytes after the message"))
        #expect(lines.contains("~ position inferred   ! unusual"))
    }

    @Test(arguments: [
        (0x30, "LoadImage, cut off: 48 of 132 bytes"), (0x1C, "LoadImage, cut off: 28 of 132 bytes"),
        (0x1B, "unknown message, cut off: 27 bytes"), (4, "unknown message, cut off: 4 bytes"),
        (3, "Not a message, 3 bytes"),
    ])
    func `a message that is cut off is shown as far as possible`(count: Int, heading: String) {
        let lines = table(Array(Self.loadImage("a.dll").prefix(count))).split(separator: "\n")
        #expect(lines.first ?? "" == heading)
        if count == 0x30 {
            #expect(lines.contains("  0x20       12  ParentProcess       0, none"))
            #expect(lines.last == "  0x2c        4  (unclaimed)         48 02 00 00")
        }
    }

    @Test func `a reply to CreateProcess is cut off, too`() {
        #expect(
            table([0x5D, 0, 0x60, 0] + [UInt8](repeating: 0, count: 76)).hasPrefix(
                "A reply to CreateProcess, cut off: 80 of 96 bytes\n"))
    }

    @Test func `a message that is cut off and damaged is not only cut off`() {
        var bytes = Array(Self.loadImage("a.dll").prefix(0x30))
        bytes[0x18] = 0x0A
        #expect(table(bytes).hasPrefix("An incomplete or damaged message, 48 bytes\n"))
    }

    @Test func `bytes after a message do not count as its own`() {
        #expect(table(Self.loadImage("a.dll") + [0, 0]).hasPrefix("LoadImage, an asynchronous structure, 132 bytes\n"))
    }

    @Test func `the quirk of Wow64cpuLoad is not a mistake`() {
        let load = Wow64CpuLoadMessage(processId: 8, threadId: 12, wow64CpuImageBase: 0x7770_0000)
        let text = table(AsyncMessage(operation: .wow64cpuLoad, body: .wow64cpuLoad(load)).bytes)
        #expect(text.contains("SizeOfData          112 (0x70)\n"))
        #expect(!text.contains("!"))
    }

    @Test func `characters of a name cannot move the cursor, color the text or reverse it`() {
        let text = table(Self.loadImage("a\u{1B}[31m\n\u{202E}\u{200B}\u{85}b"))
        #expect(text.contains(#""a\u{1b}[31m\u{a}\u{202e}\u{200b}\u{85}b""#))
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x7F })
    }

    @Test func `only a terminal gets colors and lines that fit`() {
        let bytes = Self.loadImage("\(String(repeating: "x", count: 300))")
        #expect(!table(bytes).contains("\u{1B}"))
        let colored = table(bytes, style: TerminalStyle(usesColor: true, width: nil))
        #expect(colored.contains("\u{1B}[36mImageFileName\u{1B}[0m"))
        #expect(colored.replacing(/\u{1B}\[\d*m/, with: "") == table(bytes))
        let narrow = table(bytes, style: TerminalStyle(usesColor: false, width: 80))
        #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let joined = narrow.split(separator: "\n").filter { $0.hasSuffix("x") || $0.contains("xx") }
        #expect(joined.reduce(0) { $0 + $1.count { $0 == "x" } } >= 300)
    }

    @Test func `JSON has the fields as the dumps show them, and every piece`() throws {
        let json = json(Self.loadImage("a.dll"))
        #expect(
            json.hasPrefix(
                #"{"size":132,"cutOff":false,"form":"async","operation":"LoadImage","operationCode":3,"#
                    + #""fields":{"notificationNumber":0,"refCount":1,"#
                    + #""currentProcess":{"processId":584,"creationTime":"2020-02-20T22:38:02.7521266Z"},"#
                    + #""sessionId":0,"imageFileName":"a.dll"},"parts":[{"offset":0,"size":4,"#
                    + #""structure":"AsyncMessageData","field":"Magic","value":"0x2015d","status":"known"},"#))
        #expect(json.hasSuffix(#""remarks":[],"faults":[]}"#))
        let faulty = self.json([0x5D])
        #expect(faulty.contains(#""cutOff":false,"form":null,"fields":null,"#))
        #expect(faulty.contains(#""faults":[{"offset":0,"detail":"#))
    }

    @Test(arguments: [
        (4, #""cutOff":true,"form":"async","fields":null,"#),
        (8, #""cutOff":true,"totalSize":132,"form":"async","fields":null,"#),
        (
            0x30,
            #""cutOff":true,"totalSize":132,"form":"async","operation":"LoadImage","operationCode":3,"fields":null,"#
        ),
    ])
    func `JSON says that a message is cut off, and what is known of it`(count: Int, part: String) {
        let json = json(Array(Self.loadImage("a.dll").prefix(count)))
        #expect(json.contains(part))
        #expect(json.hasSuffix(#""remarks":[],"faults":[]}"#))
    }

    @Test func `JSON says where a message was in a text`() throws {
        let text = try #require(DumpText("kd> db\n863bd010  5d 01 02 00 b8 00 00 00\n"))
        let dump = try #require(Dump.all(in: text).first).get()
        #expect(
            Dissection(dump.bytes).json(of: dump)
                .hasPrefix(#"{"line":2,"address":"0x863bd010","size":8,"cutOff":true,"#))
    }

    private func json(_ bytes: [UInt8]) -> String { Dissection(bytes).json(of: Dump(bytes)) }
}
