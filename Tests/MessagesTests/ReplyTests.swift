import Messages
import Testing

@Suite struct ReplyTests {
    private static func createProcessReply(_ changes: [Int: UInt8] = [:], size: Int = 0x60) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: size)
        (bytes[0], bytes[2]) = (0x5D, 0x60)
        for (offset, byte) in changes { bytes[offset] = byte }
        return bytes
    }

    @Test func `PRC-3: byte 0x48 denies, 0x4C and 0x50 contain flags and rules`() throws {
        let bytes = ReplyTests.createProcessReply([
            0x48: 2, 0x4C: 0x01, 0x4D: 0x02, 0x4E: 0x03, 0x4F: 0x84, 0x50: 0x11, 0x51: 0x12, 0x52: 0x13, 0x53: 0x94,
        ])
        let reply = try #require(CreateProcessReply(bytes: bytes))
        #expect(reply == CreateProcessReply(accessDenied: true, processFlags: 0x8403_0201, processRules: 0x9413_1211))
        #expect(CreateProcessReply(bytes: ReplyTests.createProcessReply()) == CreateProcessReply())
        #expect(CreateProcessReply(bytes: ReplyTests.createProcessReply(size: 0x61)) == CreateProcessReply())
    }

    @Test(arguments: [
        createProcessReply([0: 0x5C]), createProcessReply([2: 0x61]), createProcessReply([3: 1]),
        createProcessReply(size: 0x5F), [0x5D, 0, 0x60], [],
    ])
    func `PRC-3: a buffer that fails the checks is not a reply`(bytes: [UInt8]) {
        #expect(CreateProcessReply(bytes: bytes) == nil)
    }

    @Test func `SYN-7: the type of a reply is the signed word at offset 8`() {
        var bytes = [UInt8](repeating: 0xAA, count: 0x14)
        bytes.replaceSubrange(8..<12, with: [0xFE, 0xFF, 0xFF, 0xFF])
        #expect(ReplySyncMessage(bytes: bytes)?.operationType == -2)
        bytes.replaceSubrange(8..<12, with: [7, 0, 0, 0])
        #expect(ReplySyncMessage(bytes: bytes + [1])?.operationType == 7)
        #expect(ReplySyncMessage(bytes: bytes.dropLast()) == nil)
        #expect(ReplySyncMessage(bytes: []) == nil)
    }

    @Test func `a status without a name is written as eight hex digits`() {
        #expect(NTStatus.timeout.name == "STATUS_TIMEOUT")
        #expect(NTStatus(rawValue: 0xC000_0037).name == "STATUS_PORT_DISCONNECTED")
        #expect(NTStatus(rawValue: 0x103).name == "0x00000103")
        #expect(NTStatus(rawValue: .max).name == "0xffffffff")
        #expect(Set(NTStatus.table.map(\.status)).count == NTStatus.table.count)
    }
}
