import Messages
import Testing

@Suite struct DissectionTests {
    private static let identity = AuxPidCreationTime(processId: 100, creationTime: FileTime(ticks: 7))

    private static func loadImage(_ name: UnicodeString = "ab", commandLine: UnicodeString = "") -> [UInt8] {
        let notify = ImageLoadAndProcessNotify(
            currentProcess: identity, sessionId: 1, imageFileName: name, commandLine: commandLine)
        return AsyncMessage(operation: .loadImage, body: .imageLoadAndProcess(notify)).bytes
    }

    private static func with(_ bytes: [UInt8], _ changes: [Int: [UInt8]]) -> [UInt8] {
        var bytes = bytes
        for (offset, new) in changes { bytes.replaceSubrange(offset..<offset + new.count, with: new) }
        return bytes
    }

    private static let all: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]

    @Test(
        arguments: [
            ([:], nil),
            ([0x00: [0x5C]], 0x00), ([0x02: [0x03]], 0x00),  // Magic
            ([0x04: all], 0x04), ([0x04: [0x1F, 0, 0, 0]], 0x04),  // Size: too large; not even the header
            ([0x18: [0x0A]], 0x18), ([0x18: [0x14]], 0x18), ([0x18: all], 0x18),  // TypeOfOperation
            ([0x44: [5]], 0x78), ([0x44: [1]], 0x78), ([0x44: [4]], 0x78),  // odd; too short; ends before the NUL
            ([0x44: [7]], 0x44), ([0x44: all], 0x44),  // beyond the message
            ([0x48: [0]], 0x48), ([0x48: [0x6E]], 0x48), ([0x48: [0x77]], 0x48), ([0x48: all], 0x48),
            ([0x48: [0x72]], 0x44),  // would end after the message
            ([0x50: [2]], 0x54),  // a length without an offset
            ([0x78: [0, 0]], 0x78),  // a NUL inside
            ([0x7A: [0x00, 0xD8]], nil), ([0x78: [0x00, 0xDC]], nil),  // halves of surrogate pairs
        ] as [([Int: [UInt8]], Int?)])
    func `a fault is reported at its offset`(changes: [Int: [UInt8]], fault: Int?) {
        let dissection = Dissection(DissectionTests.with(DissectionTests.loadImage(), changes))
        #expect(dissection.faults.first?.offset == fault, "\(dissection.faults)")
        #expect((dissection.content == nil) == (fault != nil))
    }

    @Test func `a message that states one more byte is cut off`() {
        let bytes = DissectionTests.with(DissectionTests.loadImage(), [0x04: [0x7F, 0, 0, 0]])
        let dissection = Dissection(bytes)
        #expect(dissection.faults.isEmpty && dissection.content == nil)
        #expect(dissection.cutOff?.header?.size == 0x7F)
        #expect(throws: MessageFault(offset: 4, detail: "says 0x7f bytes, but only 0x7e are there")) {
            try dissection.readable()
        }
    }

    @Test(
        arguments: [
            ([0x10: [1]], 0x10), ([0x1C: [1]], 0x1C), ([0x3B: [9]], 0x3A), ([0x38: [2]], 0x38), ([0x74: [1]], 0x74),
        ] as [([Int: [UInt8]], Int)])
    func `a difference from the driver's bytes is a remark at its offset`(changes: [Int: [UInt8]], offset: Int) {
        let dissection = Dissection(DissectionTests.with(DissectionTests.loadImage(), changes))
        #expect(dissection.faults.isEmpty)
        #expect(dissection.remarks.map(\.offset) == [offset])
        #expect(dissection.parts.first { $0.offset == offset }?.expected != nil)
    }

    @Test func `bytes after the message are a remark, and not part of it`() {
        let bytes = DissectionTests.loadImage()
        let dissection = Dissection(bytes + [1, 2, 3])
        #expect(dissection.content?.bytes == bytes)
        #expect(dissection.remarks.map(\.offset) == [bytes.count])
        #expect(dissection.parts.last?.field == nil)
        #expect(dissection.parts.last?.value == .bytes([1, 2, 3]))
    }

    @Test func `strings are found by their offsets in any order`() throws {
        // The command line first, the name after it.
        let bytes = DissectionTests.with(
            DissectionTests.loadImage("ab", commandLine: "xyz"),
            [
                0x44: [6], 0x48: [0x78], 0x50: [8], 0x54: [0x70],
                0x78: [0x78, 0, 0x79, 0, 0x7A, 0, 0, 0, 0x61, 0, 0x62, 0, 0, 0],
            ])
        let dissection = Dissection(bytes)
        guard case .async(let message) = dissection.content, case .imageLoadAndProcess(let notify) = message.body else {
            Issue.record("\(dissection.faults)")
            return
        }
        #expect(notify.imageFileName == "ab")
        #expect(notify.commandLine == "xyz")
        #expect(!dissection.remarks.isEmpty)
    }

    @Test func `offsets of 64 bits are checked before any addition`() {
        var operation = RegOperation(process: DissectionTests.identity)
        operation.keyName = "k"
        let bytes = AsyncMessage(operation: .registryEvent, body: .registry(operation)).bytes
        for high in [0x7F, 0x80, 0xFF] as [UInt8] {
            let spoilt = DissectionTests.with(bytes, [0x20: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, high]])
            #expect(Dissection(spoilt).faults.map(\.offset) == [0x20])
        }
        let hashes = DissectionTests.with(bytes, [0x94: DissectionTests.all, 0x98: [0xA0]])
        #expect(Dissection(hashes).faults.first?.offset == 0x94)
    }

    @Test func `an operation's parts follow one another in the order of wire-format`() throws {
        var operation = RegOperation(process: DissectionTests.identity)
        operation.keyName = #"\REGISTRY\MACHINE"#
        operation.valueName = "v"
        operation.hashes = [OWord(low: 1, high: 2), OWord(low: 3, high: 4)]
        operation.newValueData = [1, 2, 3]
        operation.valueData = [4]
        let parts = Dissection(AsyncMessage(operation: .registryEvent, body: .registry(operation)).bytes).parts
        let places = parts.filter { $0.offset >= 0xA8 }.map { "\($0.field?.name ?? "") \($0.offset) \($0.size)" }
        #expect(
            places == [
                "Hashes 168 32", "KeyName 200 36", "ValueName 236 4", "NewValueData 240 3", "ValueData 243 1",
            ])
    }

    @Test(
        arguments: [
            (.openDesktop, 0x3C + 2), (.createThread, 0x50), (.openProcess, 0x78), (.registryEvent, 0xA8),
            (.checkJournal, 0x34), (.trustedOrUntrustedProcess, 0x24), (.wow64cpuLoad, 0x30), (.createProcess, 0x78),
            (.logPrint, 0x20),
        ] as [(AsyncOperation, Int)])
    func `a message of zeros has its layout's size`(operation: AsyncOperation, size: Int) {
        #expect(AsyncBody(operation) { _ in nil }.messageSize == size)
    }

    @Test func `a GUID is read and written in its mixed byte order`() {
        let text = "9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2"
        let guid = OWord(guid: text)
        #expect(
            guid?.bytes == [
                0x1F, 0x4E, 0x6C, 0x9E, 0x60, 0x7D, 0x2F, 0x47, 0xBA, 0x1A, 0xA3, 0x9E, 0xF6, 0x69, 0xE4, 0xB2,
            ])
        #expect(guid?.guid == text)
        #expect(OWord(guid: "{\(text.uppercased())}") == guid)
        for bad in [
            "", "9e6c4e1f", text + "0", "{" + text, text.replacing("-", with: ""), text.replacing("9", with: "g"),
        ] {
            #expect(OWord(guid: bad) == nil)
        }
    }

    @Test func `a member's name is the driver's in camel case, and unique in a layout`() {
        for structure in AsyncOperation.allCases.map(\.structure) + SyncOperation.allCases.map(\.structure) {
            let members = structure.fields.compactMap(\.member)
            #expect(Set(members).count == members.count, "\(structure.name)")
        }
    }

    @Test func `fields of a layout neither overlap nor leave gaps`() {
        let structures =
            AsyncOperation.allCases.map(\.structure) + SyncOperation.allCases.map(\.structure) + [
                .asyncHeader, .syncHeader, .syncReply, .createProcessReply,
            ]
        for structure in structures {
            let fixed = structure.fields.filter { $0.size != nil }.sorted { ($0.offset ?? 0) < ($1.offset ?? 0) }
            for (field, next) in zip(fixed, fixed.dropFirst()) {
                #expect((field.offset ?? 0) + (field.size ?? 0) == next.offset, "\(structure.name) \(field.name)")
            }
        }
    }
}
