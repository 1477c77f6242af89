import Messages
import Testing

@Suite struct KernelDumpTests {
    @Test(arguments: KernelDumps.messages.indices)
    func `a message equals its memory dump in both directions`(index: Int) throws {
        let (_, message, bytes) = KernelDumps.messages[index]
        #expect(message.bytes == bytes)
        #expect(message.totalSize == bytes.count)
        #expect(try AsyncMessage(bytes: bytes) == message)
        let dissection = Dissection(bytes)
        #expect(dissection.content == .async(message))
        #expect(dissection.faults.isEmpty && dissection.remarks.isEmpty)
    }

    @Test(arguments: KernelDumps.syncData.indices)
    func `SYN-3: variable data equals its memory dump in both directions`(index: Int) throws {
        let (_, data, bytes) = KernelDumps.syncData[index]
        #expect(data.bytes == bytes)
        #expect(data.size == bytes.count)
        let dissection = Dissection(bytes, as: .syncData(data.operation))
        #expect(dissection.content == .syncData(data))
        #expect(dissection.remarks.isEmpty)
        let message = SyncMessage(
            ioPriority: MpIoPriority(threadPriority: 11), currentProcess: .none, data: data)
        #expect(Array(message.bytes[0x30...]) == bytes)
        #expect(try SyncMessage(bytes: message.bytes) == message)
    }

    @Test(arguments: KernelDumps.messages.indices)
    func `every prefix of a dump is cut off, never a trap, and is explained as far as it goes`(index: Int) {
        let (_, message, bytes) = KernelDumps.messages[index]
        for count in bytes.indices.dropFirst(4) {
            let dissection = Dissection(Array(bytes.prefix(count)))
            #expect(dissection.content == nil && dissection.faults.isEmpty)
            #expect(dissection.cutOff?.header?.size == (count < 8 ? nil : bytes.count))
            #expect(dissection.cutOff?.operation?.name == (count < 0x1C ? nil : message.operation.name))
            #expect(dissection.parts.reduce(0) { $0 + $1.size } == count)
            #expect(throws: MessageFault.self) { try AsyncMessage(bytes: dissection.bytes) }
        }
    }

    @Test func `a prefix without its magic number is not a message`() {
        for count in 0..<4 {
            let dissection = Dissection(Array(KernelDumps.tsThemeBytes.prefix(count)))
            #expect(dissection.cutOff == nil && dissection.faults.map(\.offset) == [0])
        }
    }

    @Test func `the published dump of a CreateThread, without the zeros at its end, shows every field`() {
        let dissection = Dissection(Array(KernelDumps.tsThemeBytes.dropLast(8)))
        #expect(dissection.cutOff?.fault.offset == 0x04)
        let name = dissection.parts.last
        #expect(name?.field?.name == "ImageFileName")
        #expect(name?.offset == 0x48)
    }

    @Test func `the pieces cover a whole message, in order`() {
        for (_, _, bytes) in KernelDumps.messages {
            var next = 0
            for part in Dissection(bytes).parts {
                #expect(part.offset == next)
                next += part.size
            }
            #expect(next == bytes.count)
        }
    }
}
