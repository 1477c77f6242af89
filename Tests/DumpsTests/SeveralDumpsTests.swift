import Dumps
import Messages
import Testing

/// Where a dump ends and another one begins.
@Suite struct SeveralDumpsTests {
    @Test func `each dump is a message, in the order of the lines`() throws {
        let other = Sample.dump.replacing("`1111", with: "`2222")
        let plain = "5d 00 30 00 b8 00 00 00"
        let dumps = try found("0: kd> db\n\(Sample.dump)\n0: kd> g\n\(plain)\n0: kd> db\n\(other)").compactMap(\.dump)
        #expect(dumps.map(\.line) == [2, 7, 9])
        #expect(dumps.map(\.address) == [0xFFFF_8000_1111_2000, nil, 0xFFFF_8000_2222_2000])
        #expect(dumps.map(\.bytes.count) == [60, 8, 60])
    }

    @Test(arguments: ["\n", "\n\n", "\n0: kd> g\n0: kd> db rcx L3c\n"])
    func `a line that begins like a message begins another one`(between: String) throws {
        #expect(try found(Sample.dump + between + Sample.dump).map(\.bytes) == [Sample.bytes, Sample.bytes])
        let digits = Sample.digits(Sample.bytes)
        #expect(try found(digits + between + digits).map(\.bytes) == [Sample.bytes, Sample.bytes])
    }

    @Test func `messages in adjacent memory are two`() throws {
        let next = Sample.dump.replacing("112000", with: "11203c").replacing("112010", with: "11204c")
            .replacing("112020", with: "11205c").replacing("112030", with: "11206c")
        #expect(try found(Sample.dump + "\n" + next).map(\.bytes) == [Sample.bytes, Sample.bytes])
    }

    @Test func `bytes within a message that look like the beginning of one are data`() throws {
        let data = SyncMessage(
            ioPriority: MpIoPriority(), currentProcess: .none,
            data: .registryEventSync(registryData: [UInt8](repeating: 7, count: 16) + Sample.bytes)
        ).bytes
        #expect(try found(Sample.digits(data)).map(\.bytes) == [data])
    }

    @Test func `a message that is cut off by a prompt goes on after it, if the addresses do`() throws {
        #expect(try found(Sample.firstLines + "\n-- more --\n\n" + Sample.lastLines).map(\.bytes) == [Sample.bytes])
    }

    @Test func `a dump that does not begin like a message is one, too, but not the lines of a stack`() throws {
        let stack = """
            ffff8000`11119000  00000000`00000003
            ffff8000`11119008  fffff803`33331000 nt!PspCallThreadNotifyRoutines+0xbd
            ffff8000`11119010  fffff803`33332000 nt!PspInsertThread+0x11
            """
        #expect(try found(stack + "\n" + Sample.dump).map(\.bytes) == [Sample.bytes])
        let bytes = Sample.dump.replacing("5d 00 30 00", with: "5e 00 30 00").replacing("].0", with: "^.0")
        #expect(try found(bytes + "\n0: kd> db\n" + Sample.dump).compactMap(\.bytes?.first) == [0x5E, 0x5D])
    }
}
